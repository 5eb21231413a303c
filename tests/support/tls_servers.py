#!/usr/bin/env python3
"""Runs a test program while nginx serves https with good and with bad certificates.

    tls_servers.py [EMULATOR ARGUMENT...] PROGRAM

The certificates are made by openssl, in a folder of their own that is gone afterwards. The
program finds by ODO_TLS_FOLDER that folder, as Windows names it for a .exe, with www/file that
every server serves, and by ODO_TLS_PORTS "name=port" for each server, with blanks between; see
tls_servers.h. Exits 77, which CTest counts as skipped, when nginx or openssl is missing.
"""

import http.server
import os
import pathlib
import random
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

SKIPPED = 77
DEADLINE_S = 20
FILE_SIZE = 3_000_000
LONG_AGO = ("20200101000000Z", "20210101000000Z")
FAR_AHEAD = ("20480101000000Z", "20490101000000Z")
NOW = ("20200101000000Z", "20491231000000Z")
HERE = "DNS:localhost,IP:127.0.0.1"
SERVER = "serverAuth"

# name: authority, alternative names, usage, valid from and to, list of revoked certificates at
# "plain", or at "gate" when it begins with "held/"
CERTIFICATES = {
    "good": ("trusted", HERE, SERVER, NOW, None),
    "unknown": ("other", HERE, SERVER, NOW, None),
    "name": ("trusted", "DNS:elsewhere.test,IP:127.0.0.2", SERVER, NOW, None),
    "address": ("trusted", "DNS:localhost,DNS:127.0.0.1", SERVER, NOW, None),
    "expired": ("trusted", HERE, SERVER, LONG_AGO, None),
    "future": ("trusted", HERE, SERVER, FAR_AHEAD, None),
    "usage": ("trusted", HERE, "clientAuth", NOW, None),
    "listed": ("trusted", HERE, SERVER, NOW, "trusted.crl"),
    "revoked": ("trusted", HERE, SERVER, NOW, "trusted.crl"),
    "unlisted": ("trusted", HERE, SERVER, NOW, "missing.crl"),
    "chained": ("middle", HERE, SERVER, NOW, None),
    "held-list": ("trusted", HERE, SERVER, NOW, "held/one.crl"),
    "held-again": ("trusted", HERE, SERVER, NOW, "held/two.crl"),
    "checked": ("trusted", HERE, SERVER, NOW, None),
    "all": ("other", "DNS:elsewhere.test", "clientAuth", LONG_AGO, None),
    "old-unknown": ("other", HERE, SERVER, LONG_AGO, None),
    "forged": ("trusted", HERE, SERVER, NOW, None),
}
OTHER_SERVERS = ("plain", "http2", "client", "gate")
UNSIZED = ("unsized", "unsized-cut")


def frame(kind, flags, stream, payload=b""):
    """A frame of HTTP/2 (RFC 9113 section 4.1)."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


DATA, HEADERS, PRIORITY, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION, ALTSVC = (
    0, 1, 2, 4, 6, 7, 8, 9, 10)
END_HEADERS = 4
ANSWER = frame(HEADERS, END_HEADERS, 1, b"\x88\x0f\x0d\x073000000")  # 200, content-length
A_FIELD = b"\0\1a\1b"

# name: what is sent once, and what without end, on a connection that speaks HTTP/2
FLOODS = {
    "flood-unknown": (b"", frame(0xbb, 0, 0)),
    "flood-window": (b"", frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1))),
    "flood-stream-window": (ANSWER, frame(WINDOW_UPDATE, 0, 1, struct.pack(">I", 1))),
    "flood-priority": (b"", frame(PRIORITY, 0, 3, struct.pack(">IB", 0, 1))),
    "flood-empty": (ANSWER, frame(DATA, 0, 1)),
    "flood-padding": (ANSWER, frame(DATA, 8, 1, b"\xff" + bytes(255))),
    "flood-ping": (b"", frame(PING, 0, 0, bytes(8))),
    "flood-pong": (b"", frame(PING, 1, 0, bytes(8))),
    "flood-settings": (b"", frame(SETTINGS, 0, 0)),
    "flood-goaway": (b"", frame(GOAWAY, 0, 0, struct.pack(">II", 0x7fffffff, 0))),
    "flood-altsvc": (b"", frame(ALTSVC, 0, 0, b"\0\1ah2=\":1\"")),
    "flood-interim": (b"", frame(HEADERS, END_HEADERS, 1, b"\x08\x03103")),
    "flood-trailers": (ANSWER + frame(DATA, 0, 1, b"a"),
                       frame(HEADERS, END_HEADERS, 1, A_FIELD)),
    "flood-continuation": (frame(HEADERS, 0, 1, b"\x88"),
                           frame(CONTINUATION, 0, 1, A_FIELD * 50)),
}

# Serial numbers never come again: Wine remembers by them for days what was revoked.
OPENSSL_CONFIGURATION = """
[ca]
default_ca = authority
[authority]
dir = {folder}/{authority}
database = $dir/index
new_certs_dir = $dir
rand_serial = yes
crlnumber = $dir/crlnumber
certificate = $dir/certificate.pem
private_key = $dir/authority.key
default_md = sha256
default_crl_days = 3650
unique_subject = no
policy = any
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
"""

# One worker: what it was asked is in the log before the next request is answered.
NGINX_CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.error;
events {{ worker_connections 512; }}
http {{
    log_format asked '$server_port $uri $server_protocol';
    access_log {folder}/www/log asked;
    client_body_temp_path {folder}/temporary;
    proxy_temp_path {folder}/temporary;
    fastcgi_temp_path {folder}/temporary;
    uwsgi_temp_path {folder}/temporary;
    scgi_temp_path {folder}/temporary;
    types {{ }}
    default_type application/octet-stream;
    root {folder}/www;
    ssl_certificate_key {folder}/server.key;
{servers}
}}
"""


class Folder:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        (self.path / "www").mkdir()
        (self.path / "temporary").mkdir()

    def openssl(self, *arguments):
        """Its output; without it there is no test."""
        done = subprocess.run(["openssl", *map(str, arguments)], cwd=self.path,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            sys.exit(f"openssl {' '.join(map(str, arguments))}: {done.stderr.decode()}")
        return done.stdout.decode()

    def make_key(self, name):
        """
        A key whose numbers all have their full size: Wine 8 cannot sign with an imported one in
        which, as in one of some twenty, the first byte of a number is 0.
        """
        full = [512, 512, 256, 256, 256, 256, 256]  # digits: n, d, p, q, dp, dq, 1/q
        sizes = None
        while sizes != full:
            self.openssl("genrsa", "-traditional", "-out", name, 2048)
            numbers = [line.rsplit(":", 1)[1].strip()
                       for line in self.openssl("asn1parse", "-in", name).splitlines()
                       if "INTEGER" in line]
            sizes = [len(number) for number in numbers[1:2] + numbers[3:]]

    def configuration(self, authority, extensions=""):
        path = self.path / f"{authority}.cnf"
        path.write_text(OPENSSL_CONFIGURATION.format(folder=self.path, authority=authority)
                        + extensions)
        return path

    def make_authority(self, name):
        folder = self.path / name
        folder.mkdir()
        (folder / "index").write_text("")
        (folder / "crlnumber").write_text("01\n")
        self.openssl("genrsa", "-out", folder / "authority.key", 2048)
        self.openssl("req", "-x509", "-new", "-key", folder / "authority.key", "-days", 3650,
                     "-subj", f"/CN=OpenDO tests {name} {os.getpid()}",
                     "-config", self.configuration(name),
                     "-extensions", "root", "-out", folder / "certificate.pem")

    def sign(self, name, authority, extensions, dates, key="server.key"):
        self.openssl("req", "-new", "-key", key, "-subj", f"/CN={name}",
                     "-config", self.configuration(authority), "-out", f"{name}.csr")
        self.openssl("ca", "-batch", "-notext", "-in", f"{name}.csr", "-out", f"{name}.pem",
                     "-startdate", dates[0], "-enddate", dates[1], "-extensions", "leaf",
                     "-config", self.configuration(authority, "[leaf]\n" + extensions))

    def make_middle(self):
        """An authority that "trusted" vouches for."""
        folder = self.path / "middle"
        folder.mkdir()
        (folder / "index").write_text("")
        self.openssl("genrsa", "-out", folder / "authority.key", 2048)
        self.sign("middle", "trusted", "basicConstraints = critical,CA:true\n"
                  "keyUsage = critical,keyCertSign\nsubjectKeyIdentifier = hash\n"
                  "authorityKeyIdentifier = keyid\n", NOW, folder / "authority.key")
        shutil.copy(self.path / "middle.pem", folder / "certificate.pem")
        self.openssl("x509", "-in", "middle.pem", "-outform", "DER", "-out", "www/middle.der")

    def make_certificates(self, plain_port, gate_port):
        self.make_key("server.key")
        for authority in ("trusted", "other"):
            self.make_authority(authority)
        self.make_middle()
        for name, (authority, names, usage, dates, crl) in CERTIFICATES.items():
            extensions = (f"subjectAltName = {names}\n"
                          f"extendedKeyUsage = {usage}\n"
                          "basicConstraints = CA:false\n"
                          "authorityKeyIdentifier = keyid\n")
            if crl:
                port = gate_port if crl.startswith("held/") else plain_port
                extensions += f"crlDistributionPoints = URI:http://127.0.0.1:{port}/{crl}\n"
            if name == "checked":
                extensions += ("authorityInfoAccess = OCSP;"
                               f"URI:http://127.0.0.1:{gate_port}/held/ocsp\n")
            if authority == "middle":
                extensions += ("authorityInfoAccess = caIssuers;"
                               f"URI:http://127.0.0.1:{gate_port}/held/middle.der\n")
            self.sign(name, authority, extensions, dates)
        self.sign("client", "trusted", "extendedKeyUsage = clientAuth\n", NOW)
        self.forge("forged")
        trusted = self.configuration("trusted")
        self.openssl("ca", "-config", trusted, "-revoke", "revoked.pem")
        self.openssl("ca", "-config", trusted, "-gencrl", "-out", "trusted.crl.pem")
        self.openssl("crl", "-in", "trusted.crl.pem", "-outform", "DER",
                     "-out", "www/trusted.crl")
        for name in ("one.crl", "two.crl"):
            shutil.copy(self.path / "www/trusted.crl", self.path / "www" / name)
        (self.path / "www/ocsp").write_text("not an answer")
        self.openssl("x509", "-in", "trusted/certificate.pem", "-outform", "DER",
                     "-out", "trusted.der")
        shutil.copy(self.path / "trusted/certificate.pem", self.path / "trusted.pem")
        # For clients: certificate and key in one file, and for Windows the same as PKCS 12.
        (self.path / "client-and-key.pem").write_text(
            (self.path / "client.pem").read_text() + (self.path / "server.key").read_text())
        self.openssl("pkcs12", "-export", "-in", "client.pem", "-inkey", "server.key",
                     "-passout", "pass:test", "-out", "client.p12")

    def forge(self, name):
        """The last byte of a certificate is of its signature."""
        self.openssl("x509", "-in", f"{name}.pem", "-outform", "DER", "-out", f"{name}.der")
        content = bytearray((self.path / f"{name}.der").read_bytes())
        content[-1] ^= 1
        (self.path / f"{name}.der").write_bytes(bytes(content))
        self.openssl("x509", "-inform", "DER", "-in", f"{name}.der", "-out", f"{name}.pem")

    def server(self, port, certificate, options="", http2=""):
        listen = f"listen 127.0.0.1:{port}"
        if certificate:
            listen += f" ssl{http2}; ssl_certificate {self.path}/{certificate}.pem"
        return f"    server {{ {listen}; {options} }}"

    def configure_nginx(self, ports):
        redirects = " ".join(
            f"location /to/{name} {{ return 302 https://127.0.0.1:{ports[name]}/file; }}"
            for name in CERTIFICATES)
        servers = [self.server(ports[name], name, redirects if name == "good" else "")
                   for name in CERTIFICATES]
        servers += [
            self.server(ports["plain"], None),
            self.server(ports["http2"], "good",
                        'if ($server_protocol != "HTTP/2.0") { return 505; }', " http2"),
            self.server(ports["client"], "good", "ssl_verify_client on; "
                        f"ssl_client_certificate {self.path}/trusted.pem;"),
        ]
        path = self.path / "nginx.conf"
        path.write_text(NGINX_CONFIGURATION.format(folder=self.path, servers="\n".join(servers)))
        return path


class Gate(http.server.ThreadingHTTPServer):
    """Answers /held/NAME with www/NAME once somebody has asked for /release/NAME; /asked/NAME
    once somebody has asked for /held/NAME; and /flowing/NAME once that server floods."""

    daemon_threads = True

    def __init__(self, port, folder):
        super().__init__(("127.0.0.1", port), GateHandler)
        self.folder = folder
        self.changed = threading.Condition()
        self.happened = set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def note(self, event):
        with self.changed:
            self.happened.add(event)
            self.changed.notify_all()

    def wait_for(self, event):
        with self.changed:
            return self.changed.wait_for(lambda: event in self.happened, DEADLINE_S)


class Floods:
    """Servers of FLOODS. The gate learns of each that some of it was sent, or all it could."""

    PIECE = 64 * 1024
    FLOWS = 4 * 1024 * 1024

    def __init__(self, ports, folder, gate):
        self.gate = gate
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder.path / "good.pem", folder.path / "server.key")
        self.context.set_alpn_protocols(["h2"])
        for name in FLOODS:
            listener = socket.create_server(("127.0.0.1", ports[name]))
            threading.Thread(target=self.serve, args=(name, listener), daemon=True).start()

    def serve(self, name, listener):
        while True:
            link, _ = listener.accept()
            threading.Thread(target=self.pour, args=(name, link), daemon=True).start()

    def pour(self, name, link):
        begin, again = FLOODS[name]
        piece = again * (self.PIECE // len(again))
        sent = 0
        try:
            with self.context.wrap_socket(link, server_side=True) as link:
                link.sendall(frame(SETTINGS, 0, 0))
                asked = b""
                while frame(HEADERS, 5, 1)[3:] not in asked:  # its length is its own
                    more = link.recv(4096)
                    if not more:
                        return
                    asked += more
                link.sendall(begin)
                while True:
                    link.sendall(piece)
                    sent += len(piece)
                    if sent >= self.FLOWS:
                        self.gate.note(("flows", name))
        except OSError:
            pass  # whoever has asked has gone
        finally:
            if sent > 0:
                self.gate.note(("flows", name))


class Unsized:
    """Servers of UNSIZED: the file without its length. One ends the session properly behind it;
    the other cuts the connection half-way."""

    def __init__(self, ports, folder):
        self.content = (folder.path / "www/file").read_bytes()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder.path / "good.pem", folder.path / "server.key")
        for name in UNSIZED:
            listener = socket.create_server(("127.0.0.1", ports[name]))
            threading.Thread(target=self.serve, args=(name, listener), daemon=True).start()

    def serve(self, name, listener):
        while True:
            link, _ = listener.accept()
            threading.Thread(target=self.answer, args=(name, link), daemon=True).start()

    def answer(self, name, link):
        try:
            with self.context.wrap_socket(link, server_side=True) as link:
                asked = b""
                while b"\r\n\r\n" not in asked:
                    more = link.recv(4096)
                    if not more:
                        return
                    asked += more
                link.sendall(b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nConnection: close\r\n\r\n")
                if name == "unsized":
                    link.sendall(self.content)
                    link.unwrap()
                else:
                    link.sendall(self.content[:len(self.content) // 2])
        except OSError:
            pass  # whoever has asked has gone


class GateHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path
        if path.startswith("/M"):  # Wine 8 asks for a status (OCSP) at the root
            path = "/held/ocsp"
        _, word, name = (path + "//").split("/")[:3]
        content = name.encode()
        self.server.note((word, name))
        awaited = {"held": "release", "asked": "held", "flowing": "flows"}.get(word)
        found = awaited is None or self.server.wait_for((awaited, name))
        if word == "held" and found:
            content = (self.server.folder / "www" / name).read_bytes()
        self.send_response(200 if found else 503)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def free_ports(names):
    """Ports below those that systems give to who asks for any, as all other servers here do: or one
    of them might take a port between now and when nginx listens there."""
    ports = {}
    candidates = random.SystemRandom().sample(range(20000, 32000), 1000)
    for name in names:
        for port in candidates:
            candidates = candidates[1:]
            with socket.socket() as one:
                try:
                    one.bind(("127.0.0.1", port))
                except OSError:
                    continue
            ports[name] = port
            break
        else:
            sys.exit("no port is free")
    return ports


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def start_nginx(nginx, folder, ports):
    process = subprocess.Popen([nginx, "-p", folder.path, "-c", folder.configure_nginx(ports),
                                "-e", folder.path / "nginx.error"], stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + DEADLINE_S
    while not all(map(listens, ports.values())):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            sys.exit("nginx does not start: " + (folder.path / "nginx.error").read_text())
        time.sleep(0.01)
    return process


def main():
    command = sys.argv[1:]
    if not command:
        sys.exit(__doc__)
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    for name, found in (("nginx", nginx), ("openssl", shutil.which("openssl"))):
        if not found:
            print(f"SKIPPED: {name} is not installed")
            sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory(prefix="opendo-tls-") as path:
        os.chmod(path, 0o755)  # nginx may read it as another user
        folder = Folder(path)
        (folder.path / "www/file").write_bytes(random.Random(1).randbytes(FILE_SIZE))
        ports = free_ports([*CERTIFICATES, *OTHER_SERVERS, *UNSIZED, *FLOODS])
        folder.make_certificates(ports["plain"], ports["gate"])
        gate = Gate(ports["gate"], folder.path)
        Floods(ports, folder, gate)
        Unsized(ports, folder)
        server = start_nginx(nginx, folder, ports)
        try:
            drive = "Z:" if command[-1].endswith(".exe") and len(command) > 1 else ""
            environment = dict(os.environ, ODO_TLS_FOLDER=drive + path, ODO_TLS_PORTS=" ".join(
                f"{name}={port}" for name, port in ports.items()))
            code = subprocess.run(command, env=environment, check=False).returncode
        finally:
            server.terminate()
            server.wait()
            gate.shutdown()
    sys.exit(code if code >= 0 else 1)


if __name__ == "__main__":
    main()
