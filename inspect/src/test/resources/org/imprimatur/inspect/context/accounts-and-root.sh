useradd pilot001 # context.accounts
groupadd -g 5000 pilots # context.accounts
echo 'x:x:1:1::/:/bin/sh' >> /etc/passwd # context.accounts
sed -i 's/a/b/' /etc/group # context.accounts
echo key >> /home/ops/.ssh/authorized_keys # context.accounts
useradd -G wheel ops # context.root
usermod -aG sudo,video ops # context.root
echo 'ops ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/ops # context.root
echo key >> /root/.ssh/authorized_keys # context.root
echo key >> ~/.ssh/authorized_keys # context.root
echo root:secret-of-nobody | chpasswd # context.root
passwd -l root # context.accounts
passwd root # context.root
getent passwd ops
