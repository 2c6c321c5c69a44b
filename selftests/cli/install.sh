# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Installing into a staging directory, using what was installed, removing it.
# The modules are left out: they need headers, and the guest's tests load them.
# Needs expect.sh and $top.

user_make() {
	make -s -C "$top/userspace" VERSION="$(version_of_makefile)" \
		DESTDIR="$work/stage" PREFIX=/usr "$@"
}

# A program of somebody else, through the header and pkg-config.
foreign_program() {
	cat >"$work/prog.c" <<-'END'
	#include <stdio.h>
	#include <ringside.h>

	int main(void)
	{
		char version[RS_VERSION_LEN];
		int ret = rs_module_version("no such", version, sizeof(version));

		printf("%d %s\n", ret, rs_error());
		return 0;
	}
	END
	# shellcheck disable=SC2046 # a list of options
	gcc -Wall -Werror -o "$work/prog" "$work/prog.c" \
		$(PKG_CONFIG_PATH=$work/stage/usr/lib/pkgconfig \
		  PKG_CONFIG_SYSROOT_DIR=$work/stage \
		  PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 \
		  PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 \
		  pkg-config --cflags --libs libringside)
}

# The header must not need what a C++ compiler lacks, nor another header.
header_alone() {
	echo '#include <ringside.h>' >"$work/alone.c"
	gcc -x "$1" -fsyntax-only -Wall -Werror \
		-I"$work/stage/usr/include" "$work/alone.c"
}

test_install() {
	if ! command -v rst2man >/dev/null; then
		skip "install and uninstall" "rst2man"
		return
	fi
	check "install" user_make install
	expect "the installed tool runs" 0 "$(version_of_makefile)" '' \
		env LD_LIBRARY_PATH="$work/stage/usr/lib" \
		"$work/stage/usr/sbin/ringside" --version
	check "it carries no path of this tree" absent "$top" \
		"$work/stage/usr/sbin/ringside" \
		"$work/stage/usr/lib/libringside.so.0"
	check "the header stands alone" header_alone c
	if command -v g++ >/dev/null; then
		check "the header is C++, too" header_alone c++
	fi
	if command -v pkg-config >/dev/null; then
		check "a foreign program builds" foreign_program
		expect "and gets its answer" 0 \
			"^-22 'no such' is not a module name\$" '' env \
			LD_LIBRARY_PATH="$work/stage/usr/lib" "$work/prog"
	else
		skip "a foreign program builds" "pkg-config"
	fi
	echo '# edited' >>"$work/stage/etc/modprobe.d/ringside.conf"
	check "install again" user_make install
	check "the administrator's file is kept" grep -q '# edited' \
		"$work/stage/etc/modprobe.d/ringside.conf"
	check "uninstall" user_make uninstall
	check_equal "uninstall leaves only what was edited" \
		"$work/stage/etc/modprobe.d/ringside.conf" \
		"$(find "$work/stage" -not -type d)"
}

# absent STRING FILE...
absent() {
	local string=$1

	shift
	! grep -l -F -e "$string" "$@"
}
