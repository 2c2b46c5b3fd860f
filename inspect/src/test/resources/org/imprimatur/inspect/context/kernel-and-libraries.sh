modprobe nfs # context.kernel
/sbin/insmod /tmp/x.ko # context.kernel
kexec -l /boot/vmlinuz # context.kernel
update-initramfs -u # context.kernel
grub2-mkconfig -o /boot/grub2/grub.cfg # context.kernel
dracut -f # context.kernel
ldconfig # context.kernel
echo /opt/x.so >> /etc/ld.so.preload # context.kernel
LD_PRELOAD=/tmp/x.so slurmd # context.kernel
export LD_PRELOAD=/tmp/x.so # context.kernel
env LD_PRELOAD=/tmp/x.so slurmd # context.kernel
cp /mnt/libfoo.so /usr/lib64/ # context.kernel
ln -sf /tmp/libc.so.6 /lib/x86_64-linux-gnu/libc.so.6 # context.kernel
tar -C /lib/modules -xf /mnt/modules.tar # context.kernel
tar xf /mnt/modules.tar -C /lib/modules # context.kernel
rm -rf /boot/* # context.kernel
sed -i 's/quiet//' /etc/default/grub # context.kernel
echo options nfs x=1 > /etc/modprobe.d/nfs.conf
dd if=/mnt/k of=/boot/vmlinuz # context.kernel
cat a | tee -a /boot/grub/grub.cfg # context.kernel
cd /usr/lib && rm libfoo.so # context.kernel
touch /etc/../lib/x # context.kernel
