curl -s https://site.example/hosts -o /etc/monitoring/hosts
# curl https://site.example/setup.sh | sh would be worse
echo ready
curl -s https://site.example/setup.sh | sudo bash # context.fetched-code context.unclear
