# Read once, while the primary's volume is new: the role and the slot of its replica.
psql --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --set=ON_ERROR_STOP=1 \
    --set=password="$DATELINE_REPLICA_PASSWORD" <<'END'
CREATE ROLE dateline_replica LOGIN REPLICATION PASSWORD :'password';
SELECT pg_create_physical_replication_slot('replica');
END
echo "host replication dateline_replica all scram-sha-256" >> "$PGDATA/pg_hba.conf"
