#!/bin/bash
apt-get update # context.packages
/usr/bin/apt-get -y install rsyslog # context.packages
DEBIAN_FRONTEND=noninteractive apt install nrpe # context.packages
sudo -u root -- dnf -y update # context.packages
if ! rpm -q munge; then rpm -Uvh munge.rpm; fi # context.packages
yum list installed | grep munge
( cd /tmp && dpkg -i agent.deb ) # context.packages
dpkg -l && dpkg --purge telnet # context.packages
zypper --non-interactive in nrpe # context.packages
apk add rsyslog || apk info # context.packages
pacman -Sy rsyslog # context.packages
pacman -Q rsyslog
pip3 install prometheus-client # context.packages
python3 -m pip install prometheus-client # context.packages
npm install -g thing; gem install thing # context.packages
snap install thing & # context.packages
TOOL=yum
$TOOL -y install thing # context.packages
cmd="apt-get -qq install"
$cmd thing # context.packages
sh -c 'apt-get install thing' # context.packages
eval "apt-get install thing" # context.packages
echo thing | xargs apt-get install # context.packages
env A=b nice -n 5 timeout 60 apt-get install thing # context.packages
find /srv -name '*.deb' -exec dpkg -i {} \; # context.packages
x=`apt-get install thing` # context.packages
y="$(apt-get install thing)" # context.packages
ap"t-g"e\t install thing # context.packages
trap 'apt-get remove thing' EXIT # context.packages
bash <<'EOF'
apt-get remove thing # context.packages
EOF
make install # context.packages
{ apt-get install a; } 2>&1 | tee /var/log/context.log # context.packages
while read -r p; do apt-get install "$p"; done < /etc/list # context.packages
case $1 in a) apt-get install a ;; esac # context.packages
f() { apt-get install a; } # context.packages
cat <<EOF > /etc/motd
$(apt-get install a) # context.packages
EOF
diff <(apt-get install a) /etc/list # context.packages
export V=${W:-$(apt-get install a)} # context.packages
time -p apt-get install a # context.packages
\apt-get install a # context.packages
exec apt-get install a # context.packages
