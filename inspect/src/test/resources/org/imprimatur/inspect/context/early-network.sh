hostname -F /etc/hostname
curl -s https://site.example/ -o /etc/x # context.network
mount -t nfs home:/home /home # context.network
mount home.site.example:/home /home # context.network
mount /dev/vdb /srv
ssh admin@site.example true # context.network
rsync -a host:/x /etc/x # context.network
rsync -a /srv/x /etc/x
exec 3<>/dev/tcp/site.example/80 # context.network
