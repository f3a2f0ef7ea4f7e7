#!/bin/sh
# make-machine.sh DIRECTORY: a minimal Debian with systemd and redis-server, to be booted by systemd-nspawn in tests.
# Takes a minute and 400 MB; nothing is done when it is there. Needs root and debootstrap.
set -eu
directory=$1
[ -x "$directory/usr/bin/redis-server" ] && exit 0
rm -rf "$directory.part"
debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,redis-server bookworm "$directory.part" >"$directory.log" 2>&1 || {
  tail -20 "$directory.log" >&2
  exit 1
}
rm -f "$directory.log"
mv "$directory.part" "$directory"
