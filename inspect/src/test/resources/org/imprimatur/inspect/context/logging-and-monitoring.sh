systemctl stop rsyslog # context.logging
systemctl disable --now auditd.service # context.logging
systemctl mask systemd-journald.socket # context.logging
systemctl restart rsyslog
service rsyslog stop # context.logging
/etc/init.d/nrpe stop # context.logging
chkconfig auditd off # context.logging
pkill rsyslogd # context.logging
auditctl -e 0 # context.logging
setenforce 0 # context.logging
iptables -F # context.logging
iptables -F SITE
nft flush ruleset # context.logging
rm -rf /var/log/audit # context.logging
ln -sf /dev/null /var/log/secure # context.logging
> /var/log/context.log
systemctl stop postfix
for s in collectd; do systemctl stop "$s"; done # context.unclear
truncate -s 0 /var/log/secure # context.logging
kill -HUP "$(cat /run/rsyslogd.pid)"
kill "$(cat /run/rsyslogd.pid)" # context.unclear
