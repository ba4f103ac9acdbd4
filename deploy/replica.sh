#!/bin/sh
# A server that follows PRIMARY (an address). Its copy is made once, in PGDATA: beside it first, so that it is whole.
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$(dirname "$PGDATA")"
    rm -rf "$PGDATA.new"
    pg_basebackup --dbname="$PRIMARY" --pgdata="$PGDATA.new" --slot=replica --checkpoint=fast --write-recovery-conf
    mv -T "$PGDATA.new" "$PGDATA"
fi
exec postgres "$@"
