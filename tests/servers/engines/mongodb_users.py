"""Makes the users of the MongoDB servers: mongodb_users.py STORAGE_FOLDER

Runs the server inside this process, without logins, for the first user cannot
log in either. The admin's password comes in HEADWATER_TEST_ADMIN_PASSWORD.

    headwater_admin  (that one)   in admin: root
    reader           reader-pass  in shop: may read shop, and nothing else
    nobody_user      nobody-pass  in admin: may log in, and do nothing
    CN=tls_client    (client.pem) in $external: as reader, by MONGODB-X509
"""

import os
import sys

from pymongo import MongoClient
from secantus import SecantusDBServer

# What MongoDB itself makes unless told; SecantusDB would make the newer alone.
SCRAM = ["SCRAM-SHA-1", "SCRAM-SHA-256"]


def make_users(client: MongoClient) -> None:
    read_shop = [{"role": "read", "db": "shop"}]
    client["admin"].command(
        "createUser",
        "headwater_admin",
        pwd=os.environ["HEADWATER_TEST_ADMIN_PASSWORD"],
        roles=["root"],
        mechanisms=SCRAM,
    )
    client["shop"].command("createUser", "reader", pwd="reader-pass", roles=read_shop, mechanisms=SCRAM)
    client["admin"].command("createUser", "nobody_user", pwd="nobody-pass", roles=[], mechanisms=SCRAM)
    client["$external"].command("createUser", "CN=tls_client", roles=read_shop, mechanisms=["MONGODB-X509"])


server = SecantusDBServer(storage_path=sys.argv[1], cache_size="256M")
server.start()
try:
    host, port = server.address
    with MongoClient(host, port, directConnection=True) as mongo:
        make_users(mongo)
finally:
    server.stop()
