#!/bin/sh
# A machine with systemd as its first process, made of this one's programs: its own mounts, processes,
# network, host name and cgroups, all of which end with it. Runs in new namespaces of those kinds.
#
#   machine.sh ROOT NAME FILES    an empty folder, a name for cgroups, a folder that is copied into /
set -eu
root=$1
name=$2
files=$3

# Its cgroups are below one of its own in each hierarchy, as they are with a container.
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*; do
  [ -f "$hierarchy/cgroup.procs" ] || continue
  mkdir -p "$hierarchy/$name"
  for what in cpus mems; do
    if [ -f "$hierarchy/cpuset.$what" ] && [ ! -f "$hierarchy/cgroup.controllers" ]; then
      cat "$hierarchy/cpuset.$what" >"$hierarchy/$name/cpuset.$what"
    fi
  done
  echo 0 >"$hierarchy/$name/cgroup.procs"
  if [ -f "$hierarchy/cgroup.controllers" ] && [ "$hierarchy" = /sys/fs/cgroup ]; then break; fi
done

mount --make-rprivate /
mount -t tmpfs -o mode=755 none "$root"
cd "$root"
mkdir -p usr etc var/lib var/log var/tmp run tmp proc sys dev root host-proc old
for folder in bin sbin lib lib32 lib64; do
  if [ -L "/$folder" ]; then ln -s "usr/$folder" "$folder"; fi
done
mount --bind /usr usr
# The kernel tells processes by their numbers on the real machine: who reads /proc for them has to
# see those.
mount --rbind /proc host-proc
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
if [ ! -f sys/kernel/tracing/README ]; then mount -t tracefs none sys/kernel/tracing; fi
if [ ! -f /sys/fs/cgroup/cgroup.procs ]; then
  # Version 1, or both. systemd would mount what it misses, and write-protect the folder: both would
  # change the real machine.
  mount -t tmpfs -o mode=755 none sys/fs/cgroup
  awk '$2 ~ "^/sys/fs/cgroup/" { print $2 }' /proc/self/mounts | while read -r hierarchy; do
    mkdir -p "$root$hierarchy"
    mount --bind "$hierarchy" "$root$hierarchy"
  done
  awk 'NR == 1 || $2 > 0' /proc/cgroups >run/cgroups
  mount --bind run/cgroups proc/cgroups
fi
cp -a /etc/ld.so.cache etc/
for folder in alternatives containers; do
  if [ -d "/etc/$folder" ]; then cp -a "/etc/$folder" etc/; fi
done
echo 0123456789abcdef0123456789abcdef >etc/machine-id
printf 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n' >etc/passwd
printf 'root:x:0:\nnogroup:x:65534:\n' >etc/group
printf 'passwd: files systemd\ngroup: files systemd\n' >etc/nsswitch.conf
cp -a "$files/." .
hostname "$name"
busybox ip link set lo up
pivot_root . old
umount -l old
exec env -i container=plimsoll-test PATH=/usr/sbin:/usr/bin /lib/systemd/systemd \
  --unit=test.target --log-target=console --show-status=no
