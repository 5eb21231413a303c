"""Real servers out of Debian, set up as some are met."""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import threading
import time

from odd.table import Row, add
from odd.wire import DATA, OTHER

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
NGINX = """daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{ worker_connections 512; }}
http {{
    log_format seen '$status $body_bytes_sent $connection "$request" "$http_range"';
    access_log {folder}/access.log seen;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    types {{ }}
    default_type application/octet-stream;
    sendfile_max_chunk 64k;
    {http}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended at once, with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args[0]} does not listen")


class Daemons:
    """Some programs that listen, from their start to their end."""

    def __init__(self, folder):
        self.folder = folder
        self.port = None   # of the one that is asked
        self.log = None    # its access log
        self.processes = []
        self.ended = threading.Event()
        os.chmod(folder, 0o777)  # some give up root, and write here

    def start(self, argv, port, environment=None):
        output = open(self.folder / "output", "ab")
        process = subprocess.Popen(
            [shutil.which(argv[0], path=PATH), *map(str, argv[1:])], stdin=subprocess.DEVNULL,
            stdout=output, stderr=output, cwd=self.folder,
            env={**os.environ, **(environment or {})})
        self.processes.append(process)
        try:
            wait_for(port, process)
        except RuntimeError as error:
            output.flush()
            said = (self.folder / "output").read_text(errors="replace").strip().splitlines()
            raise RuntimeError(f"{error}: {said[-1] if said else ''}") from error

    def run(self):
        self.ended.wait()

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(3)

    def report(self):
        time.sleep(0.1)  # the log is written when a reply has ended
        lines = []
        if self.log and self.log.exists():
            lines = self.log.read_text(errors="replace").splitlines()
        found = [re.match(r'(\d+) (\d+) (\S+) "(.*?)" "(.*?)"', line) for line in lines]
        found = [line for line in found if line and "ready-check" not in line.group(4)]
        return {"requests": len(found), "connections": len({line.group(3) for line in found}),
                "sent": sum(int(line.group(2)) for line in found),
                "log": [f"{line.group(3)}: {line.group(4)} {line.group(5)} -> {line.group(1)}, "
                        f"{line.group(2)} bytes" for line in found[:60]]}

    # --- nginx -----------------------------------------------------------------------------

    def nginx(self, http, name="nginx"):
        folder = self.folder / name
        folder.mkdir()
        os.chmod(folder, 0o777)
        (folder / "nginx.conf").write_text(NGINX.format(
            folder=folder, http=http, user="user root;" if os.geteuid() == 0 else ""))
        port = int(re.search(r"listen 127\.0\.0\.1:(\d+)", http).group(1))
        self.start(["nginx", "-e", folder / "error.log", "-c", folder / "nginx.conf"], port)
        return folder / "access.log"

    def origin(self, more=""):
        """A plain nginx with the file, for whatever stands before it. Returns its port."""
        port = free_port()
        root = self.files("origin-files")
        self.nginx(f"server {{ listen 127.0.0.1:{port}; root {root}; {more} }}", "origin")
        return port

    def files(self, name, data=DATA, when=1_600_000_000, file="file.bin"):
        root = self.folder / name
        root.mkdir(exist_ok=True)
        os.chmod(root, 0o755)
        (root / file).write_bytes(data)
        os.utime(root / file, (when, when))
        return root


def daemons(name, story, needs, **more):
    def decorate(prepare):
        def make(folder, _certificate):
            found = Daemons(folder)
            try:
                prepare(found)
            except BaseException:
                found.stop()
                raise
            return found
        add(Row(name, story, make, needs=needs, **more))
        return prepare
    return decorate


# --- nginx ---------------------------------------------------------------------------------


def limit_conn(status):
    def prepare(it):
        it.port = free_port()
        it.log = it.nginx(f"""
    limit_conn_zone $binary_remote_addr zone=one:1m;
    limit_conn_status {status};
    server {{
        listen 127.0.0.1:{it.port};
        root {it.files("files")};
        limit_rate 6m;
        limit_conn one 1;
    }}""")
    return prepare


for _status in (503, 403):
    daemons(f"nginx-limit-conn-{_status}", f"nginx with limit_conn 1 and limit_conn_status "
            f"{_status}", ("nginx",))(limit_conn(_status))


@daemons("nginx-limit-req", "nginx with limit_req of two a second and 429", ("nginx",))
def limit_req(it):
    it.port = free_port()
    it.log = it.nginx(f"""
    limit_req_zone $binary_remote_addr zone=one:1m rate=2r/s;
    limit_req_status 429;
    server {{
        listen 127.0.0.1:{it.port};
        root {it.files("files")};
        limit_rate 6m;
        limit_req zone=one;
    }}""")


@daemons("nginx-max-ranges", "nginx with max_ranges 0", ("nginx",))
def max_ranges(it):
    it.port = free_port()
    it.log = it.nginx(f"""
    server {{
        listen 127.0.0.1:{it.port};
        root {it.files("files")};
        limit_rate 6m;
        max_ranges 0;
    }}""")


@daemons("nginx-two-nodes", "two nginx nodes behind one name, whose files have other dates",
         ("nginx",))
def two_nodes(it):
    ports = [free_port(), free_port()]
    it.port = free_port()
    nodes = "".join(f"""
    server {{
        listen 127.0.0.1:{port};
        access_log off;
        limit_rate 6m;
        root {it.files(f"node-{index}", when=1_600_000_000 + index * 86400)};
    }}""" for index, port in enumerate(ports))
    it.log = it.nginx(f"""
    upstream nodes {{ server 127.0.0.1:{ports[0]}; server 127.0.0.1:{ports[1]}; }}
    server {{
        listen 127.0.0.1:{it.port};
        location / {{ proxy_pass http://nodes; proxy_buffering off; }}
    }}{nodes}""")


@daemons("nginx-cache-changes", "nginx with proxy_cache of a second, while the origin changes",
         ("nginx",), wanted=[DATA, OTHER])
def cache_changes(it):
    cached(it, "proxy_cache_valid any 1s;")


@daemons("nginx-cache-stale", "nginx with proxy_cache and stale replies, while the origin changes",
         ("nginx",), wanted=[DATA, OTHER])
def cache_stale(it):
    cached(it, "proxy_cache_valid any 1s; proxy_cache_use_stale updating error; "
           "proxy_cache_background_update on;")


@daemons("nginx-slice-changes", "nginx with slices of a mebibyte, while the origin changes",
         ("nginx",), wanted=[DATA, OTHER])
def slice_changes(it):
    cached(it, "slice 1m; proxy_set_header Range $slice_range; proxy_cache_valid 200 206 1h;",
           key="$uri$slice_range")


def cached(it, lines, key="$uri"):
    port = free_port()
    it.port = free_port()
    root = it.files("files")
    it.log = it.nginx(f"""
    proxy_cache_path {it.folder}/cache keys_zone=all:1m max_size=100m;
    server {{
        listen 127.0.0.1:{it.port};
        limit_rate 6m;
        location / {{
            proxy_pass http://127.0.0.1:{port};
            proxy_cache all;
            proxy_cache_key {key};
            proxy_http_version 1.1;
            {lines}
        }}
    }}
    server {{ listen 127.0.0.1:{port}; access_log off; root {root}; limit_rate 24m; }}""")

    def change():
        # From the first request on, as the other rows count.
        while not it.log.exists() or not (it.folder / "cache").exists() or \
                not any((it.folder / "cache").iterdir()):
            time.sleep(0.05)
        time.sleep(0.8)
        # A new file in its place; who has the old one open goes on with it.
        (root / "new").write_bytes(OTHER)
        os.utime(root / "new", (1_600_086_400, 1_600_086_400))
        os.replace(root / "new", root / "file.bin")
    threading.Thread(target=change, daemon=True).start()


# --- Apache --------------------------------------------------------------------------------

APACHE = """ServerRoot {folder}
PidFile {folder}/apache.pid
ServerName localhost
Listen 127.0.0.1:{port}
ErrorLog {folder}/error.log
DefaultRuntimeDir {folder}
Mutex file:{folder}
{modules}
User {user}
LogFormat "%>s %B %k \\"%r\\" \\"%{{Range}}i\\"" seen
CustomLog {folder}/access.log seen
TypesConfig {folder}/types
DocumentRoot {root}
<Directory {root}>
    Require all granted
    SetOutputFilter RATE_LIMIT
    SetEnv rate-limit 6000
</Directory>
{more}
"""
MODULES = "/usr/lib/apache2/modules"


def apache(it, more, modules=(), file="file.bin", name="apache", data=DATA):
    it.port = free_port()
    folder = it.folder / name
    folder.mkdir()
    os.chmod(folder, 0o777)
    (folder / "types").write_text("")
    loaded = ("mpm_event", "authn_core", "authz_core", "env", "mime", "ratelimit", *modules)
    (folder / "httpd.conf").write_text(APACHE.format(
        folder=folder, port=it.port, root=it.files("files", data, file=file), more=more,
        user="#1" if os.geteuid() else "www-data",
        modules="\n".join(f"LoadModule {module}_module {MODULES}/mod_{module}.so"
                          for module in loaded
                          if pathlib.Path(f"{MODULES}/mod_{module}.so").exists())))
    it.log = folder / "access.log"
    it.start(["apache2", "-X", "-f", folder / "httpd.conf"], it.port)


@daemons("apache-add-encoding", "Apache that gives a .tar.gz a Content-Encoding by AddEncoding",
         ("apache2",), path="/file.tar.gz")
def add_encoding(it):
    apache(it, "AddEncoding x-gzip .gz", file="file.tar.gz")


@daemons("apache-deflate", "Apache that would compress, were it asked to", ("apache2",),
         path="/file.txt")
def deflate(it):
    apache(it, "AddType text/plain .txt\nAddOutputFilterByType DEFLATE text/plain",
           modules=("filter", "deflate"), file="file.txt")


@daemons("apache-max-ranges", "Apache with MaxRanges none", ("apache2",))
def apache_max_ranges(it):
    apache(it, "MaxRanges none")


# --- squid, haproxy, varnish ---------------------------------------------------------------


@daemons("squid-maxconn", "squid before nginx, with an acl maxconn 1: 403 for further connections",
         ("squid", "nginx"))
def squid(it):
    origin = it.origin("limit_rate 6m;")
    it.port = free_port()
    configuration = it.folder / "squid.conf"
    configuration.write_text(f"""
http_port 127.0.0.1:{it.port} accel defaultsite=localhost no-vhost
cache_peer 127.0.0.1 parent {origin} 0 no-query no-digest originserver name=origin
acl many maxconn 1
http_access deny many
http_access allow all
cache deny all
cache_mem 8 MB
pid_filename none
shutdown_lifetime 0 seconds
pinger_enable off
netdb_filename none
coredump_dir {it.folder}
cache_log {it.folder}/cache.log
logformat seen %>Hs %<st %>p "%rm %ru" "%{{Range}}>h"
access_log stdio:{it.folder}/squid.log logformat=seen
mime_table /usr/share/squid/mime.conf
icon_directory /usr/share/squid/icons
error_directory /usr/share/squid/errors/en
max_filedescriptors 1024
""")
    it.log = it.folder / "squid.log"
    it.start(["squid", "-N", "-f", configuration], it.port)


def haproxy(it, lines, mode):
    origin = it.origin("limit_rate 6m;")
    it.port = free_port()
    configuration = it.folder / "haproxy.cfg"
    configuration.write_text(f"""
global
    maxconn 200
defaults
    mode {mode}
    timeout connect 5s
    timeout client 30s
    timeout server 30s
frontend front
    bind 127.0.0.1:{it.port}
    {lines}
    default_backend back
backend back
    server origin 127.0.0.1:{origin}
""")
    it.log = it.folder / "origin" / "access.log"
    it.start(["haproxy", "-db", "-f", configuration], it.port)


@daemons("haproxy-second-closed", "haproxy before nginx, which closes a second connection",
         ("haproxy", "nginx"))
def haproxy_closes(it):
    haproxy(it, "tcp-request connection reject if { fe_conn gt 1 }", "tcp")


@daemons("haproxy-second-429", "haproxy before nginx, which answers 429 on a second connection",
         ("haproxy", "nginx"))
def haproxy_429(it):
    haproxy(it, "http-request deny deny_status 429 if { fe_conn gt 1 }", "http")


@daemons("haproxy-second-waits", "haproxy before nginx, where a second connection waits",
         ("haproxy", "nginx"))
def haproxy_waits(it):
    haproxy(it, "maxconn 1", "tcp")


@daemons("varnish-206", "varnish before nginx, which passes Range on and keeps the 206 for "
         "everybody, without Content-Range", ("varnishd", "nginx", "cc"))
def varnish(it):
    origin = it.origin("limit_rate 6m;")
    it.port = free_port()
    vcl = it.folder / "odd.vcl"
    vcl.write_text(f"""vcl 4.1;
backend default {{ .host = "127.0.0.1"; .port = "{origin}"; }}
sub vcl_recv {{
    set req.http.X-Range = req.http.Range;
    return (hash);
}}
sub vcl_backend_fetch {{
    if (bereq.http.X-Range) {{
        set bereq.http.Range = bereq.http.X-Range;
    }}
}}
sub vcl_backend_response {{
    set beresp.ttl = 1h;
    unset beresp.http.Content-Range;
}}
""")
    it.log = it.folder / "origin" / "access.log"
    it.start(["varnishd", "-F", "-j", "none", "-a", f"127.0.0.1:{it.port}", "-f", vcl, "-n",
              it.folder / "varnish", "-s", "malloc,64m", "-p", "feature=+http2"], it.port)


@daemons("varnish-good", "varnish before nginx, as it comes", ("varnishd", "nginx", "cc"))
def varnish_good(it):
    origin = it.origin("limit_rate 6m;")
    it.port = free_port()
    it.log = it.folder / "origin" / "access.log"
    it.start(["varnishd", "-F", "-j", "none", "-a", f"127.0.0.1:{it.port}", "-b",
              f"127.0.0.1:{origin}", "-n", it.folder / "varnish", "-s", "malloc,64m"], it.port)
