$TOOL install a # context.unclear
"$(cat /etc/tool)" install a # context.unclear
eval "$CODE" # context.unclear
. /srv/lib.sh # context.unclear
. /etc/os-release
source ./not-there.sh # context.unclear
/tmp/setup # context.unclear
sh /root/setup.sh # context.unclear
python3 /mnt/setup.py # context.unclear
perl -e 'unlink "/usr/bin/x"' # context.unclear
cat setup | bash # context.unclear
echo x > "$TARGET" # context.unclear
echo x > /etc/$NAME # context.unclear
echo x > /etc/rsyslog.d/$NAME
cp -r /mnt/etc /etc/ # context.unclear
rm -rf /etc/$X # context.unclear
systemctl stop $SERVICE # context.unclear
read -r CONF < /etc/x
echo x > $CONF # context.unclear
A=/etc/a; test -e x && A=/usr/a
echo x > $A # context.unclear
{apt-get,install,x} # context.unclear
awk 'BEGIN { system("x") }' # context.unclear
awk '{ print $1 }' /etc/fstab
/usr/sbin/slurmd -D
/u*/bin/apt-get install x # context.packages
echo x > /[u]sr/bin/x # context.unclear
make -C /srv # context.unclear
su - ops # context.unclear
su -c 'logger x' ops
tar -C / -xf /mnt/site.tar # context.unclear
tar -tf /mnt/site.tar
exec 3> /etc/x
cd "$ELSEWHERE"; echo x > conf # context.unclear
coproc X { logger x; } # context.unclear
set -- apt-get install x; "$@" # context.unclear
find /srv -type f | xargs rm # context.unclear
cp /mnt/conf/* /etc/ # context.unclear
cp /mnt/conf/* /etc/rsyslog.d/
rsync -a /mnt/root/ / # context.unclear
