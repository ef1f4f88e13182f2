#!/bin/sh
# What health checks of such images ask.
case $1 in
nginx) exec curl -fsS -o /dev/null http://127.0.0.1/ ;;
redis) [ "$(redis-cli ping)" = PONG ] ;;
postgresql) exec pg_isready -q -U postgres -d shop ;;
python) exec python3 -c 'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8000/health", timeout=3)' ;;
node) exec node -e 'require("http").get("http://127.0.0.1:8001/health", r => process.exit(r.statusCode == 200 ? 0 : 1))' ;;
esac
