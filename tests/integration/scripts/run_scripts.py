#!/usr/bin/env python3
"""Runs the scripts beside this file, and those in README.md, as a user does: by cscript.

    run_scripts.py --dll DOSVC.DLL [EMULATOR ARGUMENT...]

The arguments stand before each call of a Windows program, which is how cscript runs under Wine. The
DLL is registered first and unregistered at the end. A script in README.md is a block right after a
line <!-- run: NAME -->, and is given a URL and a path; it is to fetch README_RANGES.

Exits 77, which CTest counts as skipped, when the emulator says that this machine lacks what it
needs, or there is no cscript.
"""

import http.server
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

SKIPPED = 77
DEADLINE_S = 300
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
README_SCRIPT = re.compile(r"^<!-- run: ([a-z0-9_]+\.(?:js|vbs)) -->\s*\n+```[a-z]*\n(.*?)^```",
                           re.MULTILINE | re.DOTALL)
CASE = re.compile(r"^(ok|not ok) (.*)$")

# Bytes that tell where they are: no two stretches of the same length are alike.
CONTENT = b"".join(b"%07d," % number for number in range(0, 125000))
README_RANGES = CONTENT[0:100] + CONTENT[4096:]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        getattr(self, "get_" + self.path.strip("/"), self.get_missing)()

    def get_missing(self):
        self.answer(404, b"no such thing")

    def get_file(self):
        self.serve(CONTENT)

    def get_headers(self):
        """The request's own headers that begin with X-, as a file."""
        self.serve("".join(f"{name}={value};" for name, value in self.headers.items()
                           if name.startswith("X-")).encode())

    def get_stalled(self):
        """Sends its headers and nothing more."""
        self.serve(CONTENT, lambda: self.server.stopping.wait(DEADLINE_S))

    def get_half(self):
        """The first request stops at half; the next one gets what it asks for."""
        first = not self.server.half_was_asked.is_set()
        self.server.half_was_asked.set()
        self.serve(CONTENT, (lambda: self.server.stopping.wait(DEADLINE_S)) if first else None,
                   len(CONTENT) // 2 if first else 0)

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def serve(self, content, stall=None, before=0):
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first, last = 0, len(content) - 1
        if match:
            first = int(match.group(1))
            last = min(int(match.group(2) or last), last)
        self.send_response(206 if match else 200)
        if match:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("ETag", '"as ever"')
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        body = content[first:last + 1]
        try:
            if stall:
                self.wfile.write(body[:before])
                self.wfile.flush()
                stall()
                self.close_connection = True
            else:
                self.wfile.write(body)
        except OSError:
            self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.half_was_asked = threading.Event()
        self.stopping = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Scripts:
    def __init__(self, emulator, folder):
        self.emulator = emulator
        self.folder = folder
        self.passed = []
        self.failed = []

    def on_windows(self, path):
        path = str(path)
        return "Z:" + path.replace("/", "\\") if self.emulator else path

    def judge(self, name, is_fine, detail=""):
        print(("[       OK ] " if is_fine else "[   FAILED ] ") + name + (is_fine and " " or ": ") + detail)
        (self.passed if is_fine else self.failed).append(name)

    def cscript(self, script, *arguments):
        """(exit code, output) of a script."""
        command = self.emulator + ["cscript", "//nologo", self.on_windows(script), *arguments]
        try:
            ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                 timeout=DEADLINE_S, check=False)
        except subprocess.TimeoutExpired as late:
            return None, (late.stdout or b"").decode(errors="replace")
        return ran.returncode, ran.stdout.decode(errors="replace")

    def run_cases(self, script):
        """A script that judges itself."""
        server = Server()
        folder = self.folder / script.name.replace(".", "_")
        folder.mkdir()
        code, output = self.cscript(script, server.url(), self.on_windows(folder))
        failed = 0
        cases = 0
        for line in output.splitlines():
            found = CASE.match(line.rstrip())
            if found:
                cases += 1
                failed += found.group(1) != "ok"
                sentence, _, detail = found.group(2).partition(": ")
                self.judge(f"{script.name}: {sentence}", found.group(1) == "ok", detail)
            else:
                print(line)
        # As many as it says, and none left out by an end before its time.
        cases_written = len(re.findall(r"^\s*check\b", script.read_text(), re.MULTILINE | re.IGNORECASE))
        self.judge(f"{script.name}: it comes to its end", code == failed and cases == cases_written,
                   f"exit code {code}, {cases} of {cases_written} cases")
        left = sorted(path.name for path in folder.glob("DO*.tmp"))
        self.judge(f"{script.name}: no temporary file is left", not left, " ".join(left))
        server.stopping.set()

    def run_example(self, name, text):
        """A script of the README, whose file is looked at."""
        server = Server()
        script = self.folder / name
        path = self.folder / (name + ".bin")
        script.write_text(text)
        code, output = self.cscript(script, server.url() + "/file", self.on_windows(path))
        print(output)
        self.judge(f"README.md: {name} ends well", code == 0, f"exit code {code}")
        self.judge(f"README.md: {name} fetches what it says",
                   path.exists() and path.read_bytes() == README_RANGES)
        code, output = self.cscript(script, server.url() + "/missing", self.on_windows(path))
        self.judge(f"README.md: {name} says what went wrong",
                   code not in (0, None) and "HTTP status 404" in output, f"exit code {code}: {output}")
        server.stopping.set()


def main():
    arguments = sys.argv[1:]
    if len(arguments) < 2 or arguments[0] != "--dll":
        sys.exit(__doc__)
    dll, emulator = arguments[1], arguments[2:]
    probe = subprocess.run(emulator + ["cscript", "//nologo", "//?"], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False) if emulator or shutil.which(
                               "cscript") else None
    if probe is None or probe.returncode == SKIPPED:
        print("SKIPPED: there is no cscript that can run here")
        return SKIPPED
    folder = pathlib.Path(tempfile.mkdtemp(prefix="opendo-scripts-"))
    scripts = Scripts(emulator, folder)
    subprocess.run(emulator + ["regsvr32", "/s", scripts.on_windows(pathlib.Path(dll).resolve())],
                   check=True)
    try:
        for script in sorted(HERE.glob("*.js")) + sorted(HERE.glob("*.vbs")):
            scripts.run_cases(script)
        examples = README_SCRIPT.findall((ROOT / "README.md").read_text())
        scripts.judge("README.md: it has scripts", len(examples) > 0)
        for name, text in examples:
            scripts.run_example(name, text)
    finally:
        subprocess.run(emulator + ["regsvr32", "/s", "/u",
                                   scripts.on_windows(pathlib.Path(dll).resolve())], check=False)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"[  PASSED  ] {len(scripts.passed)} test(s).")
    if scripts.failed:
        print(f"[  FAILED  ] {len(scripts.failed)} test(s).")
        for name in scripts.failed:
            print("[  FAILED  ]", name)
    return 1 if scripts.failed else 0


if __name__ == "__main__":
    sys.exit(main())
