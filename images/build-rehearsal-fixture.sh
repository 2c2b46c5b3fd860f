#!/bin/sh
# Makes fixtures/rehearsal.raw.gz: a small system with a little of each kind of configuration, which the build inspects once so
# that the start-up cache of the program holds what inspections need. Rootless but for the owners: run it as root or under
# fakeroot.
set -eu
cd "$(dirname "$0")/fixtures"
out=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir r
cd r
put() { # FILE, content from standard input
    mkdir -p "$(dirname "$1")"
    cat > "$1"
}

put usr/lib/os-release << 'TEXT'
ID=debian
VERSION_ID="12"
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
TEXT
mkdir -p etc
ln -s ../usr/lib/os-release etc/os-release
ln -s usr/lib lib
ln -s usr/sbin sbin
mkdir -p usr/sbin
ln -s ../lib/systemd/systemd usr/sbin/init
echo program | put usr/lib/systemd/systemd
echo 'UUID=6f6e6520-6661-6c73-6520-737065656440 / ext4 defaults 0 1' | put etc/fstab
printf 'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/usr/sbin/nologin\nalice:x:1000:1000::/home/alice:/bin/sh\n' | put etc/passwd
printf 'root:!*:20000:0:99999:7:::\ndaemon:*:20000::::::\nalice:!:20000:0:99999:7:::\n' | put etc/shadow
printf 'root:x:0:\nsudo:x:27:alice\nalice:x:1000:\n' | put etc/group
put etc/sudoers << 'TEXT'
Defaults env_reset
Defaults secure_path="/usr/sbin:/usr/bin"
User_Alias ADMINS = alice
Cmnd_Alias POWER = /usr/sbin/reboot, /usr/sbin/halt
root ALL=(ALL:ALL) ALL
%sudo ALL=(ALL:ALL) ALL
ADMINS ALL = NOPASSWD: POWER
@includedir /etc/sudoers.d
TEXT
echo '# nothing' | put etc/sudoers.d/README
put etc/ssh/sshd_config << 'TEXT'
Include /etc/ssh/sshd_config.d/*.conf
PasswordAuthentication no
PermitRootLogin no
UsePAM yes
Subsystem sftp /usr/lib/openssh/sftp-server
Match User alice
    X11Forwarding no
TEXT
echo 'KbdInteractiveAuthentication no' | put etc/ssh/sshd_config.d/10-first.conf
echo program | put usr/sbin/sshd
chmod 755 usr/sbin/sshd

put etc/pam.d/common-auth << 'TEXT'
auth [success=1 default=ignore] pam_unix.so nullok
auth requisite pam_deny.so
auth required pam_permit.so
TEXT
printf '@include common-auth\naccount required pam_nologin.so\nsession [success=ok ignore=ignore default=bad] pam_selinux.so close\npassword sufficient pam_unix.so sha512\n' |
    tee etc/pam.d/sshd etc/pam.d/login etc/pam.d/su > etc/pam.d/other
printf 'PASS_MAX_DAYS 99999\nUMASK 022\nENCRYPT_METHOD YESCRYPT\n' | put etc/login.defs
printf 'minlen = 12\n' | put etc/security/pwquality.conf

unit() { # NAME, content from standard input
    put "usr/lib/systemd/system/$1"
}
printf '[Unit]\nDescription=Graphical\nRequires=multi-user.target\n' | unit graphical.target
printf '[Unit]\nRequires=basic.target\nAfter=basic.target\n' | unit multi-user.target
printf '[Unit]\nRequires=sysinit.target\nWants=sockets.target timers.target\n' | unit basic.target
for name in sysinit sockets timers network; do printf '[Unit]\nDescription=%s\n' $name | unit $name.target; done
put usr/lib/systemd/system/ssh.service << 'TEXT'
[Unit]
Description=OpenBSD Secure Shell server
After=network.target

[Service]
EnvironmentFile=-/etc/default/ssh
ExecStartPre=/usr/sbin/sshd -t
ExecStart=/usr/sbin/sshd -D $SSHD_OPTS
User=root

[Install]
WantedBy=multi-user.target
Alias=sshd.service
TEXT
for name in rsyslog chrony cron nftables auditd cloud-init cloud-config systemd-journald apparmor unattended-upgrades; do
    printf '[Unit]\nConditionPathExists=!/etc/%s/disabled\n[Service]\nType=simple\nExecStart=/usr/sbin/%s \\\n  --run\n[Install]\nWantedBy=multi-user.target\n' $name $name | unit $name.service
done
printf '[Unit]\n[Service]\nExecStart=/usr/bin/%%p %%i\n[Install]\nWantedBy=getty.target\nDefaultInstance=tty1\n' | unit getty@.service
printf '[Socket]\nListenStream=/run/web.sock\nListenStream=8080\n[Install]\nWantedBy=sockets.target\n' | unit web.socket
printf '[Service]\nExecStart=/usr/bin/web\n' | unit web.service
printf '[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n' | unit apt-daily.timer
printf '[Service]\nType=oneshot\nExecStart=/usr/lib/apt/apt.systemd.daily update\n' | unit apt-daily.service
printf 'enable ssh.service\ndisable *\n' | put usr/lib/systemd/system-preset/90-systemd.preset
mkdir -p etc/systemd/system/multi-user.target.wants etc/systemd/system/sockets.target.wants etc/systemd/system/timers.target.wants etc/systemd/system/ssh.service.d
ln -s graphical.target usr/lib/systemd/system/default.target
for name in ssh rsyslog chrony cron nftables auditd cloud-init cloud-config; do ln -s /usr/lib/systemd/system/$name.service etc/systemd/system/multi-user.target.wants/$name.service; done
ln -s /usr/lib/systemd/system/web.socket etc/systemd/system/sockets.target.wants/web.socket
ln -s /usr/lib/systemd/system/apt-daily.timer etc/systemd/system/timers.target.wants/apt-daily.timer
ln -s /usr/lib/systemd/system/getty@.service etc/systemd/system/multi-user.target.wants/getty@ttyS0.service
ln -s /dev/null etc/systemd/system/apparmor.service
printf '[Service]\nNoNewPrivileges=yes\n' > etc/systemd/system/ssh.service.d/more.conf
printf '[Journal]\nStorage=persistent\n' | put etc/systemd/journald.conf
printf '#!/bin/sh\n### BEGIN INIT INFO\n# Default-Start: 2 3 4 5\n### END INIT INFO\n' | put etc/init.d/old
echo '' | put etc/machine-id

put etc/cloud/cloud.cfg << 'TEXT'
users:
  - default
disable_root: true
cloud_init_modules:
  - migrator
  - [ssh, always]
system_info:
  distro: debian
  default_user: &user
    name: debian
    lock_passwd: True
    gecos: "Debian"
    groups: [adm, 'audio']
  paths: { cloud_dir: /var/lib/cloud/ }
other: *user
text: |
  several
  lines
folded: >-
  one
  line
TEXT
printf 'ssh_pwauth: false\ndatasource_list: [ OpenNebula, None ]\n' | put etc/cloud/cloud.cfg.d/10-image.cfg
echo program | put usr/bin/cloud-init
printf 'network:\n  version: 2\n  ethernets:\n    eth0:\n      dhcp4: true\n' | put etc/netplan/50-cloud-init.yaml
printf 'auto lo\niface lo inet loopback\nauto eth0\niface eth0 inet dhcp\n' | put etc/network/interfaces
printf '127.0.0.1 localhost\n' | put etc/hosts
printf 'nameserver 192.0.2.1\n' | put etc/resolv.conf

printf 'flush ruleset\ntable inet filter {\n  chain input {\n    type filter hook input priority filter; policy drop;\n    ct state established,related accept\n    tcp dport 22 accept\n  }\n}\n' | put etc/nftables.conf
printf 'module(load="imuxsock")\n$IncludeConfig /etc/rsyslog.d/*.conf\n*.*;auth,authpriv.none -/var/log/syslog\nauth,authpriv.* /var/log/auth.log\n*.* @@log.example.org:514\n' | put etc/rsyslog.conf
printf '/var/log/syslog {\n  rotate 7\n  daily\n  compress\n}\n' | put etc/logrotate.d/rsyslog
printf 'weekly\nrotate 4\ninclude /etc/logrotate.d\n' | put etc/logrotate.conf
printf 'pool 2.debian.pool.ntp.org iburst\nport 0\n' | put etc/chrony/chrony.conf
printf 'max_log_file = 8\nmax_log_file_action = ROTATE\n' | put etc/audit/auditd.conf
printf '17 * * * * root cd / && run-parts --report /etc/cron.hourly\n' | put etc/crontab
printf '#!/bin/sh\nexit 0\n' | put etc/cron.daily/logrotate
printf 'net.ipv4.ip_forward = 0\nkernel.dmesg_restrict=1\n' | put etc/sysctl.d/99-own.conf
printf 'blacklist floppy\ninstall dccp /bin/true\n' | put etc/modprobe.d/own.conf
printf 'APT::Periodic::Update-Package-Lists "1";\nAPT { Periodic { Unattended-Upgrade "1"; }; };\n' | put etc/apt/apt.conf.d/20auto-upgrades
printf 'deb http://mirror.example.org/debian bookworm main\n' | put etc/apt/sources.list
printf 'Types: deb\nURIs: http://mirror.example.org/debian\nSuites: bookworm-updates\nComponents: main\n' | put etc/apt/sources.list.d/more.sources
printf 'GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX="quiet console=ttyS0"\n' | put etc/default/grub
printf 'SSHD_OPTS=\n' | put etc/default/ssh
printf 'set timeout=1\nmenuentry "Debian" {\n    linux /boot/vmlinuz-6.1.0-1-amd64 root=/dev/vda1 ro quiet\n    initrd /boot/initrd.img-6.1.0-1-amd64\n}\n' | put boot/grub/grub.cfg
echo kernel > boot/vmlinuz-6.1.0-1-amd64
mkdir -p usr/lib/modules/6.1.0-1-amd64 var/lib/dpkg/info usr/share/doc/base-files var/lib/cloud var/log
(cd etc && find . -type f | LC_ALL=C sort | cpio --quiet -o -H newc --reproducible | zstd -q) > boot/initrd.img-6.1.0-1-amd64

i=0
while [ $i -lt 300 ]; do
    i=$((i + 1))
    printf 'Package: package-%d\nStatus: install ok installed\nMaintainer: Somebody <somebody@example.org>\nArchitecture: amd64\nSource: source-%d (1.%d)\nVersion: 1.%d-1+b1\nConffiles:\n /etc/hosts 0123456789abcdef0123456789abcdef\nDescription: one of many\n more of it\n\n' $i $i $i $i
done > var/lib/dpkg/status
hash() { md5sum "$1" | cut -d' ' -f1; }
i=0
while [ $i -lt 1500 ]; do
    i=$((i + 1))
    printf 'file %d\n' $i > "usr/share/doc/base-files/$i"
    echo "/usr/share/doc/base-files/$i" >> var/lib/dpkg/info/package-1.list
    echo "$(hash usr/share/doc/base-files/$i)  usr/share/doc/base-files/$i" >> var/lib/dpkg/info/package-1.md5sums
done
printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nCopyright: nobody\nLicense: GPL-2+\n' | put usr/share/doc/package-1/copyright
tar -cf usr/share/own.tar etc
gzip -n -k usr/share/own.tar
cd ..
chown -R 0:0 r
find r -exec touch -h -d @1750000000 {} +
E2FSPROGS_FAKE_TIME=1750000000 mke2fs -q -F -t ext4 -b 4096 -N 3072 -O ^has_journal,metadata_csum,64bit -U 6f6e6520-6661-6c73-6520-737065656440 -E hash_seed=6f6e6520-6661-6c73-6520-737065656441 -d r rehearsal.raw 16M > log
gzip -9 -n -c rehearsal.raw > "$out/rehearsal.raw.gz"
ls -l "$out/rehearsal.raw.gz" >&2
