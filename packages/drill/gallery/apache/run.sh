#!/bin/sh
# Apache httpd in the foreground, in a private folder (in TMPDIR), with the binary and the modules of Debian's apache2-bin.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
cp -r "$here/../static" "$dir/static"
cp "$dir/static/hello.txt" "$dir/static/healthz"
chmod -R a+rX "$dir" # started by root, the workers are somebody else

cat > "$dir/httpd.conf" <<CONF
ServerRoot $dir
ServerName localhost
DefaultRuntimeDir $dir
PidFile httpd.pid
ErrorLog error.log
Listen 127.0.0.1:$PORT
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
User www-data
Group www-data
DocumentRoot $dir/static
CONF

PATH=$PATH:/usr/sbin # where Debian has it, and no user's PATH looks
exec apache2 -f "$dir/httpd.conf" -DFOREGROUND
