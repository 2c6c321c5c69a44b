#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Does "guard restore" put in force what files say, each as a whole or not at
# all, and does one that fails stop no other?
# shellcheck source=selftests/lib/tap.sh
. ../lib/tap.sh
# shellcheck source=selftests/lib/says.sh
. ../lib/says.sh

[ -x /usr/bin/ringside ] || skip_all "no ringside tool"
dir=/tmp/guard.d
mkdir -p $dir
sleep 600 &
target=$!
trap 'kill $target' EXIT

state() { ringside -j guard list | tr -d ' \n' | grep -o "\"name\":\"$1\"[^}]*"; }
is() { state "$1" | grep -q "\"state\":\"$2\""; }
mode() { state "$1" | grep -q "\"mode\":\"$2\""; }

check "a directory without files is fine" exits 0 "no policy is saved" \
	ringside guard restore $dir
check "one that is not there is not" exits 1 "No such file" \
	ringside guard restore /nonexistent

cat >$dir/one.conf <<EOT
# a comment, and a blank line

load --deny unshare
attach --pid $target --audit	# so as not to hurt
EOT
printf 'load --deny unshare\nattach --pid 999999\n' >$dir/nobody.conf
printf 'load --deny nonsense\nattach --pid %s\n' $target >$dir/nonsense.conf
printf 'load --deny unshare\n' >$dir/unattached.conf
printf 'attach --pid %s\n' $target >$dir/unloaded.conf
printf 'load --deny unshare\nconfirm\n' >$dir/word.conf
printf 'load --deny unshare\nload --deny unshare\n' >$dir/twice.conf
printf 'load --deny mount\nattach --pid %s' $target >$dir/zero.conf
echo 'load --deny unshare' >$dir/one.conf.bak
ringside guard restore $dir >/tmp/out 2>/tmp/err
check_equal "one that fails makes the exit status" 1 $?
check "the file is put in force" is one attached
check "as it says" mode one audit
check "the last of them too, without a newline at its end" is zero attached
for name in nobody nonsense unattached unloaded word twice; do
	check "$name is told to have failed" grep -Eq "^$name +failed" /tmp/out
	check "$name leaves nothing" test -z "$(state $name)"
	check "the message names its file" grep -q "$dir/$name.conf" /tmp/err
done
check "the message names the line" grep -q "nobody.conf:2: attach failed" \
	/tmp/err
check "other files are not read" test -z "$(state one.conf)"
check "again, it says what is there already" exits 1 "that name is loaded" \
	ringside guard restore $dir
check "and leaves that alone" is one attached
for name in one zero; do
	ringside guard detach $name >/dev/null
	ringside guard unload $name >/dev/null
done
rm -r $dir
done_testing
