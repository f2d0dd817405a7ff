#!/bin/sh
# nginx in the foreground, in a private folder (in TMPDIR), with Debian's nginx or any other.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
cp -r "$here/../static" "$dir/static"
chmod -R a+rX "$dir" # started by root, the workers are somebody else

cat > "$dir/nginx.conf" <<CONF
daemon off;
pid nginx.pid;
error_log stderr;
worker_processes 2;
events {}
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {
    listen 127.0.0.1:$PORT;
    root static;
    location = /healthz { return 200; }
  }
}
CONF

PATH=$PATH:/usr/sbin # where Debian has it, and no user's PATH looks
exec nginx -p "$dir" -c nginx.conf -e stderr
