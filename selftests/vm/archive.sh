# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Answers "what is the newest kernel called and where does it come from" by
# asking the archive that this machine is configured for, through an apt with
# its own lists and status: nothing is installed, the system's apt state is
# neither read nor written, and no root is needed. Proxies and credentials of
# the machine's apt configuration still apply.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The machine's own Debian suites, one "URI SUITE COMPONENT" a line.
configured_suites() {
	# shellcheck disable=SC2016 # apt expands it
	apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' \
		'Created-By: Packages' 2>/dev/null | grep ' bookworm' | sort -u
}

# Where the main archive is; newer suites are taken from the same place.
archive_uri() {
	configured_suites | awk '$2 == "bookworm" { print $1; exit }'
}

# archive_sources AREA: the sources.list lines of one area. Debian 12 is what
# the machine has; the two others hold the newer kernels.
archive_sources() {
	local uri signed="[signed-by=$keyring]"

	uri=$(archive_uri)
	[ -n "$uri" ] || die "no bookworm suite in this machine's apt sources"
	case $1 in
	bookworm)
		configured_suites | sed "s|^|deb $signed |" ;;
	trixie)
		printf "deb $signed $uri %s main\n" trixie trixie-backports ;;
	sid)
		printf "deb $signed $uri %s main\n" sid ;;
	esac
}

# Unreleased suites' Release files can be older than the clock allows.
archive_valid_until() {
	[ "$1" != sid ] || echo 'Acquire::Check-Valid-Until "false";'
}

# archive_setup AREA: an apt directory of its own; lists at most 6 hours old.
archive_setup() {
	locked "$cache/apt/$1.lock" archive_setup_locked "$1"
}

archive_setup_locked() {
	local dir=$cache/apt/$1

	mkdir -p "$dir/lists/partial" "$dir/archives/partial" "$dir/none"
	archive_sources "$1" >"$dir/sources.list" || return 1
	: >"$dir/status"
	cat >"$dir/apt.conf" <<-CONF
		Dir::State "$dir";
		Dir::State::lists "$dir/lists";
		Dir::State::status "$dir/status";
		Dir::Cache "$dir";
		Dir::Etc::sourcelist "$dir/sources.list";
		Dir::Etc::sourceparts "$dir/none";
		Dir::Etc::preferencesparts "$dir/none";
		APT::Sandbox::User "";
		APT::Get::List-Cleanup "0";
		Acquire::Languages "none";
		Acquire::Retries "3";
		$(archive_valid_until "$1")
	CONF
	[ -z "$(find "$dir/updated" -mmin -360 2>/dev/null)" ] || return 0
	APT_CONFIG=$dir/apt.conf apt-get -qq update >&2 ||
		die "cannot read the package lists of $1"
	touch "$dir/updated"
}

archive_apt() {
	local area=$1

	shift
	APT_CONFIG=$cache/apt/$area/apt.conf "$@"
}

# archive_packages AREA REGEX: names of the real packages that match.
archive_packages() {
	archive_apt "$1" apt-cache search --names-only "$2" | cut -d' ' -f1
}

# newest_release AREA PREFIX FLAVOUR IMAGE: the newest kernel release of that
# series which has headers as well as something to boot (linux-IMAGE-*): the
# archive keeps left-overs that have only one of them.
newest_release() {
	local area=$1 prefix=${2//./\\.} flavour=$3 image=$4 release

	archive_packages "$area" "^linux-headers-$prefix\..*-$flavour\$" |
	sed 's/^linux-headers-//' | sort -Vr |
	while read -r release; do
		[ -n "$(archive_packages "$area" \
			"^linux-$image-${release//+/\\+}\$")" ] || continue
		echo "$release"
		break
	done
}

# archive_unpack AREA DIR PACKAGE...: download and unpack, install nothing.
archive_unpack() {
	local area=$1 dir=$2 tmp deb

	shift 2
	tmp=$(mktemp -d "$cache/debs.XXXXXX") || return 1
	(cd "$tmp" && archive_apt "$area" apt-get -qq download "$@" >&2) || {
		rm -rf "$tmp" "$cache/apt/$area/updated"
		die "cannot download $*"
	}
	for deb in "$tmp"/*.deb; do
		dpkg -x "$deb" "$dir" || die "cannot unpack ${deb##*/}"
	done
	rm -rf "$tmp"
}
