install -m 755 agent /usr/local/bin/agent # context.image
cp agent /usr/bin # context.image
mv /usr/sbin/sshd /usr/sbin/sshd.old # context.image
echo x > /bin/x # context.image
chmod u+s /usr/bin/find # context.image
curl -o /usr/local/bin/agent https://site.example/agent # context.image
wget -O/dev/null https://site.example/
dd if=/dev/zero of=/dev/vda # context.image
cat > /dev/null
mount --bind /srv/bin /usr/bin # context.image
mount /dev/vdb1 /opt/site
mkdir -p /opt/site # context.image
update-alternatives --set editor /usr/bin/vim # context.image
find /usr/share/doc -delete # context.image
find /usr/share -name '*.gz' -exec rm {} + # context.image
rsync -a agent/ /opt/agent/ # context.image
chown -R slurm /var/lib/slurm
D=/usr/local; B=$D/bin
cat > "${B}/agent" <<EOF # context.image
x
EOF
cp -t /usr/bin agent # context.image
python3 --version
ln -s /srv/agent /usr/bin/agent # context.image
sh -c 'cd /usr/bin && rm x' # context.image
git clone https://site.example/tools /usr/local/tools # context.image
mount -o remount,rw /usr # context.image
wget -qO- https://site.example/x.tar | tar -C /opt -x # context.image
tar xzf /mnt/x.tgz -C/usr # context.image
echo x &> /usr/bin/x # context.image
echo x >| "/usr/"bin/x # context.image
echo x > /etc/os-release # context.image
