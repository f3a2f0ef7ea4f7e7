#!/bin/sh
# make-machine.sh DIRECTORY: a minimal Debian with systemd, to be booted by systemd-nspawn in tests: redis-server, cron, and
# an sshd to which dana, who may sudo, has the key in her home.
# Takes a minute and 400 MB; nothing is done when it is there as this script would make it. Needs root and debootstrap.
set -eu
directory=$1
made_by=$(cksum <"$0")
[ "$(cat "$directory/etc/whodunit-machine" 2>/dev/null)" = "$made_by" ] && exit 0

new="$directory.part"
rm -rf "$new"
packages=systemd,systemd-sysv,dbus,redis-server,cron,openssh-server,sudo,libpam-systemd
debootstrap --variant=minbase --include="$packages" bookworm "$new" >"$directory.log" 2>&1 || {
  tail -20 "$directory.log" >&2
  exit 1
}
rm -f "$directory.log"

chroot "$new" useradd --create-home --shell /bin/sh dana
echo 'dana ALL=(ALL) NOPASSWD: ALL' >"$new/etc/sudoers.d/dana"
mkdir -m 700 "$new/home/dana/.ssh"
chroot "$new" ssh-keygen -q -t ed25519 -N '' -f /home/dana/.ssh/id_ed25519
cp "$new/home/dana/.ssh/id_ed25519.pub" "$new/home/dana/.ssh/authorized_keys"
chroot "$new" chown -R dana:dana /home/dana/.ssh

echo "$made_by" >"$new/etc/whodunit-machine"
rm -rf "$directory"
mv "$new" "$directory"
