IFS=,
words="apt-get,install,x"
$words # context.unclear
while IFS=: read -r a b; do logger "$a"; done < /etc/passwd
