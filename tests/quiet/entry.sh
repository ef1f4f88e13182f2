#!/bin/bash
# What entry points of such images do: make folders, hand them over, write the configuration, become
# the server's user, and the server.
set -eu
server=$1
case $server in
nginx)
    mkdir -p /var/log/nginx /var/www /run
    echo "<h1>$(hostname)</h1>" > /var/www/index.html
    sed -i "s/worker_processes .*/worker_processes ${WORKERS:-2};/" /etc/nginx/nginx.conf
    nginx -t -q
    exec nginx -g 'daemon off;'
    ;;
redis)
    mkdir -p /data /var/log/redis
    find /data ! -user redis -exec chown redis '{}' +
    chown -R redis: /var/log/redis
    cd /data
    exec setpriv --reuid=redis --regid=redis --init-groups redis-server --dir /data \
        --logfile /var/log/redis/redis.log --save '60 1' --appendonly yes --protected-mode no
    ;;
postgresql)
    if [ "$(id -u)" = 0 ]; then
        mkdir -p /data/db /data/archive /run/postgresql
        chown -R postgres: /data /run/postgresql
        chmod 700 /data/db
        exec setpriv --reuid=postgres --regid=postgres --init-groups /bin/bash "$0" postgresql
    fi
    export PGDATA=/data/db PATH=$PATH:/usr/lib/postgresql/15/bin
    if [ ! -s "$PGDATA/PG_VERSION" ]; then
        initdb -U postgres --auth=trust > /dev/null
        echo 'host all all all trust' >> "$PGDATA/pg_hba.conf"
        pg_ctl -w -o "-c listen_addresses=''" start > /dev/null
        psql -U postgres -c 'CREATE DATABASE shop' > /dev/null
        psql -U postgres -d shop -c 'CREATE TABLE cart (id serial PRIMARY KEY, what text, at timestamptz DEFAULT now())' > /dev/null
        pg_ctl -w -m fast stop > /dev/null
    fi
    exec postgres -c 'listen_addresses=*' -c logging_collector=on -c log_rotation_age=10min \
        -c log_truncate_on_rotation=on -c 'log_filename=postgresql-%H%M.log' -c log_checkpoints=on \
        -c checkpoint_timeout=60 -c archive_mode=on -c archive_timeout=120 \
        -c 'archive_command=test ! -f /data/archive/%f && cp %p /data/archive/%f' -c autovacuum_naptime=20
    ;;
python)
    mkdir -p /var/log/app
    cd /srv
    exec gunicorn --bind 0.0.0.0:8000 --workers 2 --max-requests 200 --max-requests-jitter 50 \
        --worker-tmp-dir /dev/shm --access-logfile /var/log/app/app.log --pid /run/app.pid app:app
    ;;
node)
    mkdir -p /var/log/app
    cd /srv
    exec node app.js
    ;;
esac
