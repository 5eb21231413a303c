#!/usr/bin/env python3
"""Runs the program odo as a user does, against a small server that can also lie.

    test_odo.py [--dll DOSVC.DLL] [EMULATOR ARGUMENT...] ODO

Whatever stands before ODO is put before each call of it, which is how odo.exe runs under Wine.
With --dll the DLL is registered first and unregistered at the end. Exits 77, which CTest counts
as skipped, when the emulator says that this machine lacks what it needs.
"""

import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SKIPPED = 77
DEADLINE_S = 60
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

# Bytes that tell where they are: no two stretches of the same length are alike.
CONTENT = b"".join(b"%07d," % number for number in range(0, 125000))
SMALL = b"not very much\n"
LARGE = 24 * 1024 * 1024


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        name = self.path.split("?")[0].strip("/")
        getattr(self, "get_" + name.split("/")[0], self.get_missing)()

    def get_missing(self):
        self.answer(404, b"no such thing")

    def get_broken(self):
        self.answer(503, b"not now")

    def get_file(self):
        self.serve(CONTENT)

    def get_empty(self):
        self.serve(b"")

    def get_small(self):
        self.serve(SMALL)

    def get_slow(self):
        """Sends one half at once and the other when the test says so, or never."""
        self.serve(CONTENT, hold=True)

    def get_rangeless(self):
        """200 whatever is asked, and far too large to read for a few bytes of it."""
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        try:
            while not self.server.stopping.wait(0.01):
                self.wfile.write(b"x" * 65536)
        except OSError:
            pass
        self.close_connection = True

    def get_unsized(self):
        """Nothing tells where the body ends but the end of the connection."""
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(CONTENT)

    def get_chunked(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n" % len(CONTENT) + CONTENT + b"\r\n0\r\n\r\n")

    def get_lanes(self):
        """A large file, slowly, until five requests have been under way at once."""
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first, last = 0, LARGE - 1
        if match:
            first, last = int(match.group(1)), min(int(match.group(2) or last), last)
        self.send_response(206 if match else 200)
        if match:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (first, last, LARGE))
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("ETag", '"as ever"')
        self.end_headers()
        with self.server.lock:
            self.server.lanes += 1
            self.server.most_lanes = max(self.server.most_lanes, self.server.lanes)
            if self.server.most_lanes >= 5:
                self.server.let_go.set()
        try:
            for start in range(first, last + 1, 32768):
                self.wfile.write(bytes(min(32768, last + 1 - start)))
                self.server.let_go.wait(0.01)
        except OSError:
            self.close_connection = True
        finally:
            with self.server.lock:
                self.server.lanes -= 1

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def serve(self, content, hold=False):
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first, last = 0, len(content) - 1
        if match:
            first = int(match.group(1))
            last = min(int(match.group(2) or last), last)
            if first > last:
                self.send_response(416)
                self.send_header("Content-Range", "bytes */%d" % len(content))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
        self.send_response(206 if match else 200)
        if match:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (first, last, len(content)))
        self.send_header("Content-Length", str(last - first + 1))
        self.send_header("ETag", '"as ever"')
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        body = content[first:last + 1]
        try:
            if hold:
                half = len(body) // 2
                self.wfile.write(body[:half])
                self.wfile.flush()
                self.server.held.set()
                self.server.let_go.wait(DEADLINE_S)
                body = body[half:]
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.held = threading.Event()
        self.let_go = threading.Event()
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.lanes = self.most_lanes = 0
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def handle_error(self, request, client_address):
        pass

    def url(self, name):
        return "http://127.0.0.1:%d/%s" % (self.server_address[1], name)


class Watchdog(threading.Timer):
    """Kills a process that has not done what a block waits for by the deadline."""

    def __init__(self, process):
        super().__init__(DEADLINE_S, process.kill)

    def __enter__(self):
        self.start()

    def __exit__(self, *arguments):
        self.cancel()


class OdoTest(unittest.TestCase):
    program = []
    on_windows = False

    def setUp(self):
        self.server = Server()
        self.folder = tempfile.TemporaryDirectory()
        self.store = tempfile.TemporaryDirectory()  # never the user's own jobs
        store = self.store.name
        if self.on_windows and os.name != "nt":
            store = "Z:" + store.replace("/", "\\")
        self.environment = dict(os.environ, OPENDO_STORE=store)

    def tearDown(self):
        self.server.stopping.set()
        self.server.let_go.set()
        self.server.shutdown()
        self.server.server_close()
        self.folder.cleanup()
        self.store.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def odo(self, *arguments, standard_input=b""):
        """Run it to its end. What comes back has the exit code and both outputs as text."""
        # Files, for under Wine something holds on to a pipe for a while after the end.
        with tempfile.TemporaryFile() as fed, tempfile.TemporaryFile() as out, \
                tempfile.TemporaryFile() as err:
            fed.write(standard_input)
            fed.seek(0)
            result = subprocess.run(self.program + list(arguments), stdin=fed, stdout=out,
                                    stderr=err, cwd=self.folder.name, check=False,
                                    env=self.environment, timeout=DEADLINE_S)
            result.stdout = self.text_of(out)
            result.stderr = self.text_of(err)
        return result

    @staticmethod
    def text_of(file):
        file.seek(0)
        return file.read().replace(b"\r\n", b"\n").decode()  # Windows ends lines in two characters

    def start(self, *arguments, **keywords):
        """Run it beside the test; what it writes to standard output lands in self.out."""
        self.out = tempfile.TemporaryFile()
        self.addCleanup(self.out.close)
        process = subprocess.Popen(self.program + list(arguments), cwd=self.folder.name,
                                   env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=self.out, stderr=subprocess.PIPE, **keywords)
        self.addCleanup(process.stderr.close)
        return process

    def check(self, result, exit_code, *words):
        """The exit code is this, and standard error holds these words."""
        self.assertEqual(result.returncode, exit_code, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def check_folder(self, *names):
        """The folder holds these files and no other, no temporary ones either."""
        self.assertEqual(sorted(os.listdir(self.folder.name)), sorted(names))


class Downloads(OdoTest):
    def test_a_whole_file(self):
        self.check(self.odo("get", self.server.url("file"), "-o", "out"), 0)
        self.assertEqual(self.read("out"), CONTENT)
        self.check_folder("out")

    def test_an_empty_file(self):
        self.check(self.odo("get", self.server.url("empty"), "-o", "out"), 0)
        self.assertEqual(self.read("out"), b"")

    def test_ranges_land_back_to_back_in_the_order_given(self):
        result = self.odo("get", self.server.url("file"), "-o", "out", "-r", "900000-900099",
                          "-r", "0-0", "-r", "999000-", "-r", "500-599,100-199")
        self.check(result, 0)
        self.assertEqual(self.read("out"), CONTENT[900000:900100] + CONTENT[0:1] +
                         CONTENT[999000:] + CONTENT[500:600] + CONTENT[100:200])
        self.assertIn("1301 bytes of 5 ranges", result.stdout)

    def test_ranges_from_a_file(self):
        self.write("ranges", b"# some ranges\r\n\r\n  300-399  # the second hundred\r\n"
                             b"0-99, 500-599\n\n700-799")
        self.check(self.odo("get", self.server.url("file"), "-o", "out", "--ranges-from",
                            "ranges"), 0)
        self.assertEqual(self.read("out"), CONTENT[300:400] + CONTENT[0:100] +
                         CONTENT[500:600] + CONTENT[700:800])

    def test_ranges_from_standard_input(self):
        self.check(self.odo("get", self.server.url("file"), "-o", "out", "--ranges-from", "-",
                            standard_input=b"8-15\n0-7\n"), 0)
        self.assertEqual(self.read("out"), CONTENT[8:16] + CONTENT[0:8])

    def test_twenty_thousand_ranges(self):
        firsts = [(number * 7919) % 20000 * 50 for number in range(20000)]
        self.write("ranges", b"".join(b"%d-%d\n" % (first, first + 49) for first in firsts))
        self.check(self.odo("get", self.server.url("file"), "-o", "out", "--ranges-from",
                            "ranges"), 0)
        self.assertEqual(self.read("out"),
                         b"".join(CONTENT[first:first + 50] for first in firsts))

    def test_a_name_with_blanks_and_other_letters(self):
        self.check(self.odo("get", self.server.url("small"), "-o", "ein schöner Name €.txt"), 0)
        self.assertEqual(self.read("ein schöner Name €.txt"), SMALL)

    def test_a_folder_gets_a_file_with_the_name_in_the_url(self):
        os.mkdir(os.path.join(self.folder.name, "in"))
        for end, name in (("", "small"), ("/sub/a%20file.txt?x=/b", "a file.txt"),
                          ("/sub/..%5C..%5Cevil.bin", "evil.bin"),
                          ("/sub/..%2F..%2Fevil.txt", "evil.txt"),
                          ("/Z%3A%5Ctmp%5Cabs.bin", "abs.bin"), ("/C%3Ax", "C_x"),
                          ("/nul", "_nul")):
            with self.subTest(end):
                self.check(self.odo("get", self.server.url("small" + end), "-o",
                                    "in" if end else "in/"), 0)
                path = os.path.join("in", name)
                self.assertEqual(self.read(path), SMALL)
                os.remove(self.path(path))
                self.assertEqual(os.listdir(self.path("in")), [])
        self.check_folder("in")

    def test_a_file_of_the_name_in_the_url_is_replaced_too(self):
        self.write("small", b"old")
        self.check(self.odo("get", self.server.url("small"), "-o", "."), 0)
        self.assertEqual(self.read("small"), SMALL)

    def test_the_old_file_is_replaced(self):
        self.write("out", b"old and longer than the new one")
        self.check(self.odo("get", self.server.url("small"), "-o", "out"), 0)
        self.assertEqual(self.read("out"), SMALL)

    def test_it_is_in_the_foreground(self):
        self.check(self.odo("get", self.server.url("lanes"), "-o", "out"), 0)
        self.assertEqual(self.read("out"), bytes(LARGE))
        self.assertGreaterEqual(self.server.most_lanes, 5)

    def test_in_the_background_it_has_half_the_connections(self):
        self.check(self.odo("get", self.server.url("lanes"), "-o", "out", "--background"), 0)
        self.assertEqual(self.read("out"), bytes(LARGE))
        self.assertLessEqual(self.server.most_lanes, 4)

    def test_the_right_size_is_accepted(self):
        self.check(self.odo("get", self.server.url("file"), "-o", "out", "--size",
                            str(len(CONTENT)), "-r", "10-19"), 0)
        self.assertEqual(self.read("out"), CONTENT[10:20])


    def test_a_file_in_chunks_needs_no_length(self):
        if self.on_windows:
            self.skipTest("Delivery Optimization refuses a file whose size nobody tells")
        result = self.odo("get", self.server.url("chunked"), "-o", "out")
        self.check(result, 0)
        self.assertNotIn("warning", result.stderr)
        self.assertEqual(self.read("out"), CONTENT)

    def test_a_file_that_ends_with_the_connection_is_taken_with_a_warning(self):
        if self.on_windows:
            self.skipTest("Delivery Optimization refuses a file whose size nobody tells")
        result = self.odo("get", self.server.url("unsized"), "-o", "out")
        self.check(result, 0)
        self.assertIn("warning: the server stated no length", result.stderr)
        self.assertEqual(self.read("out"), CONTENT)


class Output(OdoTest):
    def test_quiet_says_nothing(self):
        result = self.odo("get", self.server.url("file"), "-o", "out", "--quiet")
        self.check(result, 0)
        self.assertEqual(result.stdout + result.stderr, "")

    def test_json_is_one_object(self):
        result = self.odo("get", self.server.url("file"), "-o", "out", "--json", "-r", "0-9",
                          "-r", "20-29")
        self.check(result, 0)
        self.assertEqual(result.stdout.count("\n"), 1)
        outcome = json.loads(result.stdout)
        self.assertEqual(list(outcome),
                         ["url", "file", "bytes", "ranges", "seconds", "state", "error"])
        self.assertEqual(outcome["url"], self.server.url("file"))
        self.assertTrue(outcome["file"].endswith("out") and len(outcome["file"]) > 4)
        self.assertEqual((outcome["bytes"], outcome["ranges"]), (20, 2))
        self.assertGreater(outcome["seconds"], -1)
        self.assertEqual((outcome["state"], outcome["error"]), ("complete", None))

    def test_json_tells_of_a_failure(self):
        result = self.odo("get", self.server.url("missing"), "-o", "out", "--json", "-q")
        self.check(result, 3)
        outcome = json.loads(result.stdout)
        self.assertEqual(outcome["state"], "failed")
        self.assertEqual(outcome["error"]["code"],
                         "0x80190194" if self.on_windows else "ODO_E_HTTP_STATUS")
        self.assertIn("404", outcome["error"]["text"])

    def test_elsewhere_than_on_a_terminal_progress_is_lines(self):
        process = self.start("get", self.server.url("slow"), "-o", "out")
        with Watchdog(process):
            line = process.stderr.readline().decode()
        self.assertRegex(line, r"^ \d\d %  [\d.]+ KiB of 976.6 KiB")
        self.server.let_go.set()
        self.assertEqual(process.wait(DEADLINE_S), 0)
        self.assertNotIn("\r", line.rstrip("\r\n"))
        self.assertIn("1000000 bytes in ", self.text_of(self.out))

    def test_on_a_terminal_progress_is_a_bar(self):
        if self.on_windows:
            self.skipTest("a console of Wine's is not a terminal that can be read")
        import pty
        reader, terminal = pty.openpty()
        process = subprocess.Popen(
            self.program + ["get", self.server.url("slow"), "-o", "out"], cwd=self.folder.name,
            env=self.environment, stdout=subprocess.PIPE, stderr=terminal)
        os.close(terminal)
        shown = b""
        with Watchdog(process):
            while shown.count(b"[") < 3:
                shown += os.read(reader, 4096)
        self.server.let_go.set()
        process.communicate(timeout=DEADLINE_S)
        try:
            while True:
                more = os.read(reader, 4096)
                shown += more
                if not more:
                    break
        except OSError:
            pass
        os.close(reader)
        self.assertEqual(process.returncode, 0)
        lines = shown.decode().split("\r")
        bars = [line for line in lines if line.startswith("[")]
        self.assertGreaterEqual(len(bars), 3)
        for bar in bars:
            self.assertRegex(bar, r"^\[#*-*\]  +\d+ %  [\d.]+ \w+ of 976.6 KiB")
            self.assertLess(len(bar), 80)
        self.assertEqual(lines[-1], "", "the bar is wiped at the end")
        self.assertNotIn("\n", shown.decode())


class JobTest(OdoTest):
    """What tests of jobs have in common."""

    def done(self, *arguments):
        """Run it, which succeeds. What comes back is its standard output."""
        result = self.odo(*arguments)
        self.check(result, 0)
        return result.stdout

    def asked(self, *arguments):
        return json.loads(self.done(*arguments, "--json"))

    def create(self, *arguments):
        job = self.done("job", "create", *arguments).strip()
        self.assertRegex(job, r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        return job

    def create_with(self, *names):
        """A job with these files, each going to where it is called on the server."""
        job = self.create("some files")
        for name in names:
            self.done("job", "add", job, self.server.url(name), "-o", name)
        return job

    def start_waiting(self, job, *arguments):
        """A process that waits for a job of a slow file, one half of which has come."""
        process = self.start("job", "resume", job, "--wait", *arguments,
                             start_new_session=True)
        self.assertTrue(self.server.held.wait(DEADLINE_S))
        return process

    def states(self):
        return {job["id"]: job["state"] for job in self.asked("job", "list")}

    def check_nothing_left(self, *names):
        """No job, nothing in their folder but who owned them, and no temporary file."""
        self.assertEqual(self.asked("job", "list"), [])
        self.assertEqual([name for name in os.listdir(self.store.name)
                          if not name.startswith("owners")], [])
        self.check_folder(*names)


class Jobs(JobTest):
    def test_from_beginning_to_end(self):
        job = self.create("my files", "--description", "two of them", "--priority", "high")
        self.assertEqual(self.states(), {job: "suspended"})
        self.done("job", "add", job, self.server.url("file"), "-o", "parts", "-r", "500-599",
                  "-r", "0-9,999990-")
        self.done("job", "add", job, self.server.url("small"), "-o", "small")
        shown = self.asked("job", "show", job)
        self.assertEqual((shown["name"], shown["description"], shown["priority"]),
                         ("my files", "two of them", "high"))
        self.assertEqual([(file["index"], file["ranges"], file["url"])
                          for file in shown["files"]],
                         [(0, 3, self.server.url("file")), (1, 0, self.server.url("small"))])
        self.check_folder()
        resumed = self.odo("job", "resume", job)
        self.check(resumed, 0, "odo job wait")
        self.assertEqual(resumed.stdout, job + ": resumed\n")
        waited = self.done("job", "wait", job)
        self.assertIn(": transferred, %d bytes of 2 files in " % (120 + len(SMALL)), waited)
        self.assertEqual(self.states(), {job: "transferred"})
        self.assertNotIn("small", os.listdir(self.folder.name))
        self.assertEqual(self.done("job", "complete", job),
                         job + ": completed, 2 files are in place\n")
        self.assertEqual(self.read("parts"), CONTENT[500:600] + CONTENT[:10] + CONTENT[999990:])
        self.assertEqual(self.read("small"), SMALL)
        self.check_nothing_left("parts", "small")
        self.check(self.odo("job", "show", job), 9, job)

    def test_json_of_a_job(self):
        job = self.create("a name")
        self.done("job", "add", job, self.server.url("small"), "-o", "small")
        shown = self.asked("job", "show", job)
        self.assertEqual(list(shown), [
            "id", "name", "description", "state", "priority", "bytes_total",
            "bytes_transferred", "files_total", "files_transferred", "created", "modified",
            "transferred", "error_count", "error", "files"])
        self.assertEqual((shown["id"], shown["bytes_total"], shown["transferred"],
                          shown["error"]), (job, None, None, None))
        age = time.time() - time.mktime(time.strptime(shown["created"] + "GMT",
                                                      "%Y-%m-%dT%H:%M:%SZ%Z")) + time.timezone
        self.assertLess(abs(age), 60)
        self.assertEqual(self.asked("job", "list"),
                         [{name: shown[name] for name in shown if name != "files"}])
        resumed = self.asked("job", "resume", job)
        self.assertIn(resumed["state"], ("queued", "transferred"))
        waited = self.asked("job", "wait", job)
        self.assertEqual((waited["state"], waited["bytes_total"], waited["files_transferred"]),
                         ("transferred", len(SMALL), 1))
        statistics = waited["files"][0]["statistics"]
        self.assertEqual(list(statistics), ["file_size", "bytes_received", "connections",
                                            "requests", "seconds"])
        self.assertEqual(self.asked("job", "suspend", self.create())["state"], "suspended")
        self.assertEqual(self.asked("job", "complete", job)["state"], "acknowledged")

    def test_statistics_are_those_of_the_process_that_fetched(self):
        job = self.create_with("file")
        waited = self.asked("job", "resume", job, "--wait", "--quiet")
        statistics = waited["files"][0]["statistics"]
        self.assertEqual((statistics["file_size"], statistics["bytes_received"]),
                         (len(CONTENT), len(CONTENT)))
        self.assertGreater(statistics["connections"], 0)
        if self.on_windows:
            self.assertIsNone(statistics["requests"])
        else:
            self.assertGreater(statistics["requests"], 0)

    def test_waiting_may_complete(self):
        job = self.create_with("small")
        self.check(self.odo("job", "resume", job, "--wait", "--complete", "-q"), 0)
        self.assertEqual(self.read("small"), SMALL)
        self.check_nothing_left("small")
        job = self.create_with("file")
        self.done("job", "resume", job)
        self.done("job", "wait", job, "--complete")
        self.assertEqual(self.read("file"), CONTENT)
        self.check_nothing_left("file", "small")

    def test_the_beginning_of_an_id_will_do(self):
        job = self.create("first")
        self.assertEqual(self.asked("job", "show", job[:8])["id"], job)
        self.assertEqual(self.asked("job", "show", job[:13].upper())["id"], job)
        self.assertEqual(self.asked("job", "show", "{%s}" % job.upper())["id"], job)
        wrong = "0000" if job[0] != "0" else "1111"
        self.check(self.odo("job", "show", wrong), 9, "'%s'" % wrong)
        self.check(self.odo("job", "cancel", job[:3]), 1, "4 characters")
        self.assertEqual(self.states(), {job: "suspended"})

    def test_a_list_for_people_is_aligned(self):
        jobs = [self.create("with a \033[31m name"), self.create("another")]
        heading, *lines = self.done("job", "list").splitlines()
        lines.sort(key=lambda line: jobs.index(line[:36]))
        self.assertEqual([line[:36] for line in lines], jobs)
        self.assertEqual([line[heading.index("NAME"):] for line in lines],
                         ["with a ?[31m name", "another"])
        self.assertEqual({line.index("suspended") for line in lines},
                         {heading.index("STATE")})

    def test_status_has_each_file_of_each_job(self):
        self.check(self.odo("status"), 0)
        self.assertEqual(self.asked("status"), [])
        first = self.create_with("small", "empty")
        second = self.create_with("file")
        self.done("job", "resume", first, "--wait", "-q")
        files = sorted(self.asked("status"), key=lambda file: file["job"] == second)
        self.assertEqual([(file["job"], file["index"], file["state"]) for file in files],
                         [(first, 0, "transferred"), (first, 1, "transferred"),
                          (second, 0, "suspended")])
        self.assertEqual([file["bytes_transferred"] for file in files], [len(SMALL), 0, 0])
        self.assertEqual(self.asked("status", second), files[2:])
        heading, *lines = self.done("status").splitlines()
        lines.sort(key=lambda line: line.startswith(second[:8]))
        self.assertEqual([line[:8] for line in lines], [first[:8], first[:8], second[:8]])
        for line, name in zip(lines, ("small", "empty", "file")):
            self.assertTrue(line[heading.index("PATH"):].endswith(name), line)

    def test_a_suspended_job_is_not_waited_for(self):
        job = self.create_with("small")
        self.check(self.odo("job", "wait", job), 8, "suspended", "resume --wait")
        self.done("job", "resume", job)
        self.done("job", "suspend", job)
        self.assertIn(self.states()[job], ("suspended", "transferred"))

    def test_an_empty_job_does_not_move(self):
        self.check(self.odo("job", "resume", self.create()), 8, "no files")

    def test_a_refused_file_leaves_the_job_as_it_was(self):
        job = self.create_with("small")
        self.check(self.odo("job", "add", job, self.server.url("file"), "-o", "out", "-r",
                            "0-9,5-6"), 7, "-r:")
        self.assertEqual(len(self.asked("job", "show", job)["files"]), 1)

    def test_what_is_not_whole_is_completed_only_when_asked_to(self):
        job = self.create_with("small", "missing")
        failed = self.odo("job", "resume", job, "--wait", "--json")
        self.check(failed, 3, "404")
        shown = json.loads(failed.stdout)
        self.assertEqual((shown["state"], shown["error_count"]), ("error", 1))
        self.assertIn("404", shown["error"]["text"])
        self.assertIn("404", self.done("job", "show", job))
        self.check(self.odo("job", "wait", job), 3, "404")
        if self.asked("job", "show", job)["files_transferred"] == 0:
            self.done("job", "cancel", job)  # the failure came first
            self.check_nothing_left()
            return
        self.check(self.odo("job", "complete", job), 8, "--partial")
        self.assertEqual(self.done("job", "complete", job, "--partial"),
                         job + ": completed, 1 of 2 files are in place\n")
        self.assertEqual(self.read("small"), SMALL)
        self.check_nothing_left("small")

    def test_impatience_leaves_the_job_queued(self):
        job = self.create_with("broken")
        self.check(self.odo("job", "resume", job, "--wait", "--timeout", "1"), 3, "503")
        self.assertIn(self.states()[job], ("queued", "transferring", "transient_error"))
        self.done("job", "cancel", job)
        self.check_nothing_left()

    def temporary_files(self):
        return [name for name in os.listdir(self.folder.name) if name.endswith(".tmp")]

    def test_what_a_killed_get_leaves_is_removed(self):
        if self.on_windows:
            self.skipTest("there get is a job of the COM server's, which outlives it")
        killed = self.start("get", self.server.url("slow"), "-o", "out")
        self.assertTrue(self.server.held.wait(DEADLINE_S))
        self.assertEqual(len(self.temporary_files()), 1)
        self.done("job", "list")  # another process does not touch what a living one has
        self.assertEqual(len(self.temporary_files()), 1)
        killed.kill()
        killed.wait(DEADLINE_S)
        self.server.let_go.set()
        self.done("job", "list")
        self.check_nothing_left()

    def test_a_killed_wait_is_gone_on_with(self):
        job = self.create_with("slow")
        process = self.start_waiting(job)
        process.kill()
        process.wait(DEADLINE_S)
        self.server.let_go.set()
        if not self.on_windows:  # our COM server sets it in motion when it is looked at
            self.assertEqual(self.states(), {job: "queued"})
        self.done("job", "wait", job, "--complete")
        self.assertEqual(self.read("slow"), CONTENT)
        self.check_nothing_left("slow")

    def test_a_job_belongs_to_one_process_at_a_time(self):
        other = self.create("another")
        job = self.create_with("slow")
        process = self.start_waiting(job)
        for command in ("show", "wait", "cancel", "complete", "suspend", "resume"):
            self.check(self.odo("job", command, job), 9, "another process has it")
        self.check(self.odo("status", job[:8]), 9, "another process has it")
        self.assertEqual(self.states(), {other: "suspended"})
        self.server.let_go.set()
        with Watchdog(process):
            process.stderr.read()
        self.assertEqual(process.wait(DEADLINE_S), 0)
        self.assertEqual(self.states(), {other: "suspended", job: "transferred"})

    def test_a_job_is_looked_for_long_enough_for_a_short_command_to_let_go_of_it(self):
        before = time.monotonic()
        self.check(self.odo("job", "show", "0f8f"), 9)
        self.assertGreater(time.monotonic() - before, 0.4)

    def test_control_c_leaves_the_job_queued_and_cancel_leaves_nothing(self):
        self.interrupt(signal.SIGINT, 130)

    def test_so_does_a_signal_to_end(self):
        if self.on_windows:
            self.skipTest("Windows has no such signal")
        self.interrupt(signal.SIGTERM, 143)

    def interrupt(self, number, exit_code):
        self.write("slow", b"old")
        job = self.create_with("slow")
        process = self.start_waiting(job, "--json")
        process.send_signal(number)
        with Watchdog(process):
            errors = process.stderr.read()
        self.assertEqual(process.wait(DEADLINE_S), exit_code, errors)
        self.assertIn(b"the job stays queued", errors)
        self.assertEqual(json.loads(self.text_of(self.out))["id"], job)
        self.assertGreater(len(os.listdir(self.folder.name)), 1, "what has come is kept")
        self.assertIn(self.states()[job], ("queued", "transferring"))
        self.assertEqual(self.done("job", "cancel", job), job + ": cancelled\n")
        self.assertEqual(self.read("slow"), b"old")
        self.check_nothing_left("slow")

    def test_a_damaged_record_does_not_hide_the_others(self):
        jobs = [self.create_with("small") for _ in range(3)]
        for name in os.listdir(self.store.name):
            if name.lower().startswith(jobs[1]):
                with open(os.path.join(self.store.name, name), "r+b") as file:
                    file.write(b"this is no job")
        self.assertEqual(self.states(), {jobs[0]: "suspended", jobs[2]: "suspended"})
        self.check(self.odo("job", "show", jobs[1]), 9)
        self.assertEqual(len([name for name in os.listdir(self.store.name)
                              if name.endswith(".damaged")]), 1, "it is set aside, not lost")
        listed = self.odo("job", "list")
        self.check(listed, 0, "was set aside as ", jobs[1] + ".damaged")
        self.assertNotIn("set aside", listed.stdout)
        self.done("job", "resume", jobs[2], "--wait", "--complete")
        self.assertEqual(self.read("small"), SMALL)

    def test_a_flipped_bit_costs_no_file_without_a_word(self):
        job = self.create()
        for name in ("first", "second", "third"):
            self.done("job", "add", job, self.server.url("small"), "-o", name)
        journal = os.path.join(self.store.name, job + ".job")
        with open(journal, "rb") as file:
            content = bytearray(file.read())
        content[content.index(b"second")] ^= 1
        with open(journal, "wb") as file:
            file.write(content)
        self.check(self.odo("job", "resume", job, "--wait", "--complete"), 9)
        self.check(self.odo("job", "list"), 0, "could not be read", job + ".damaged")
        self.check_folder()

    def test_a_folder_that_cannot_be_used(self):
        self.write("file", b"")
        self.environment["OPENDO_STORE"] = "Z:\\proc\\x" if self.on_windows else "/proc/x"
        self.check(self.odo("job", "list"), 4)

    def test_a_folder_must_be_named_by_an_absolute_path(self):
        self.environment["OPENDO_STORE"] = "jobs"
        self.check(self.odo("job", "list"), 4, "must be absolute")

    def test_a_folder_that_others_can_write_is_refused(self):
        os.chmod(self.store.name, 0o777)
        self.check(self.odo("job", "list"), 4, "ther users can write")
        os.chmod(self.store.name, 0o700)
        self.done("job", "list")

    def test_wrong_arguments(self):
        url = self.server.url("file")
        some_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
        for exit_code, words, *arguments in (
                (1, "Usage: odo job", ),
                (1, "'make'", "make"),
                (1, "an ID is needed", "show"),
                (1, "ID and URL are needed", "add", some_id),
                (1, "one word too many", "show", some_id, some_id),
                (1, "one word too many", "list", some_id),
                (1, "one word too many", "create", "two", "words"),
                (1, "'zzzz' is not the ID", "wait", "zzzz"),
                (1, "'{0f8f' is not the ID", "wait", "{0f8f"),
                (1, "is not the ID", "wait", some_id + "0"),
                (1, "-o FILE is missing", "add", some_id, url),
                (1, "http:// or https://", "add", some_id, "file:///x", "-o", "out"),
                (1, "'9-8' ends before", "add", some_id, url, "-o", "out", "-r", "9-8"),
                (1, "not an option of odo job show", "show", some_id, "-o", "out"),
                (1, "'--wait' is not an option", "wait", some_id, "--wait"),
                (1, "'--complete' is not an option", "suspend", some_id, "--complete"),
                (1, "with --wait only", "resume", some_id, "--complete"),
                (1, "is not a priority", "create", "--priority", "urgent"),
                (1, "'--wrong' is not an option", "list", "--wrong"),
                (1, "'--timeout' needs", "wait", some_id, "--timeout"),
                (9, some_id, "show", some_id)):
            with self.subTest(arguments):
                result = self.odo("job", *arguments)
                self.check(result, exit_code, words)
                self.assertEqual(result.stdout, "")
        self.check(self.odo("status", "--wait"), 1, "odo status: ")
        self.check(self.odo("status", some_id), 9, some_id)
        self.check_nothing_left()


class Failures(OdoTest):
    """Each ends with its exit code, says why, and leaves the folder as it was."""

    def setUp(self):
        super().setUp()
        self.write("out", b"old")

    def tearDown(self):
        self.check_folder("out")
        self.assertEqual(self.read("out"), b"old")
        super().tearDown()

    def test_not_found(self):
        self.check(self.odo("get", self.server.url("missing"), "-o", "out"), 3, "404")

    def test_nobody_listens(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = "http://127.0.0.1:%d/" % unused.getsockname()[1]
            self.check(self.odo("get", url, "-o", "out", "--timeout", "0"), 3)

    def test_a_failing_server_is_given_up_in_time(self):
        before = time.monotonic()
        self.check(self.odo("get", self.server.url("broken"), "-o", "out", "--timeout", "1"), 3,
                   "503")
        self.assertGreater(time.monotonic() - before, 0.9)

    def test_a_server_without_ranges(self):
        self.check(self.odo("get", self.server.url("rangeless"), "-o", "out", "-r",
                            "900000000000-900000000099"), 5)

    def test_another_size_than_stated(self):
        self.check(self.odo("get", self.server.url("file"), "-o", "out", "--size", "999999"), 6)

    def test_a_range_behind_the_end(self):
        self.check(self.odo("get", self.server.url("file"), "-o", "out", "-r",
                            "2000000-2000001"), 7)

    def test_a_range_behind_the_stated_end(self):
        self.check(self.odo("get", self.server.url("file"), "-o", "out", "--size", "1000000",
                            "-r", "999999-1000000"), 7, "-r:")

    def test_overlapping_ranges(self):
        self.check(self.odo("get", self.server.url("file"), "-o", "out", "-r", "0-99", "-r",
                            "99-100"), 7, "-r:")

    def test_control_c(self):
        self.interrupt(signal.SIGINT, 130)

    def test_a_signal_to_end(self):
        if self.on_windows:
            self.skipTest("Windows has no such signal")
        self.interrupt(signal.SIGTERM, 143)

    def interrupt(self, number, exit_code):
        process = self.start("get", self.server.url("slow"), "-o", "out", "--json",
                             start_new_session=True)
        self.assertTrue(self.server.held.wait(DEADLINE_S))
        self.assertEqual(self.read("out"), b"old")
        self.assertGreater(len(os.listdir(self.folder.name)), 1, "a temporary file is there")
        process.send_signal(number)
        with Watchdog(process):
            errors = process.stderr.read()
        self.assertEqual(process.wait(DEADLINE_S), exit_code, errors)
        self.assertIn(b"interrupted", errors)
        self.assertEqual(json.loads(self.text_of(self.out))["state"], "cancelled")


class Arguments(OdoTest):
    """Wrong arguments are named, before anything is asked or written."""

    def check_wrong(self, exit_code, words, *arguments, standard_input=b""):
        url = self.server.url("file")
        result = self.odo("get", *[url if argument == "URL" else argument
                                   for argument in arguments], standard_input=standard_input)
        self.check(result, exit_code, "odo get: ", words)
        self.assertEqual(result.stdout, "")
        self.check_folder()

    def test_wrong_arguments(self):
        long_line = b"0-" + b"9" * 5000
        for exit_code, words, *arguments in (
                (1, "URL is missing", "-o", "out"),
                (1, "-o FILE is missing", "URL"),
                (1, "one URL too many", "URL", "URL", "-o", "out"),
                (1, "http:// or https://", "ftp://host/file", "-o", "out"),
                (1, "name of a server", "http:///file", "-o", "out"),
                (1, "blank", "http://host/a file", "-o", "out"),
                (1, "longer than 2200", "http://host/" + "a" * 2200, "-o", "out"),
                (4, "does not exist", "URL", "-o", "nowhere/out"),
                (4, "does not exist", "URL", "-o", "nowhere/"),
                (1, "no name for a file", "http://127.0.0.1/", "-o", "."),
                (1, "no name for a file", "http://127.0.0.1/a/%2E%2E?x=/b", "-o", "./"),
                (1, "standard output", "URL", "-o", "-"),
                (1, "is empty", "URL", "-o", ""),
                (1, "'-x' is not an option", "URL", "-x"),
                (1, "'--wrong' is not an option", "URL", "--wrong"),
                (1, "'--size' needs", "URL", "-o", "out", "--size"),
                (1, "number of bytes", "URL", "-o", "out", "--size", "-1"),
                (1, "number of bytes", "URL", "-o", "out", "--size", "9223372036854775807"),
                (1, "number of seconds", "URL", "-o", "out", "--timeout", "soon"),
                (1, "'9-8' ends before it begins", "URL", "-o", "out", "-r", "9-8"),
                (1, "'1' is not FIRST-LAST", "URL", "-o", "out", "-r", "1"),
                (1, "'' is not FIRST-LAST", "URL", "-o", "out", "-r", ""),
                (1, "'0-1,' is not FIRST-LAST", "URL", "-o", "out", "-r", "0-1,"),
                (1, "'0-0x10' is not FIRST-LAST", "URL", "-o", "out", "-r", "0-0x10"),
                (1, "'-5' does not say where it begins", "URL", "-o", "out", "-r", "-5"),
                (1, "end that is too large", "URL", "-o", "out", "-r",
                 "0-9223372036854775807"),
                (1, "'nowhere'", "URL", "-o", "out", "--ranges-from", "nowhere")):
            with self.subTest(arguments):
                self.check_wrong(exit_code, words, *arguments)
        for words, text in (
                ("standard input, line 3: '8-7' ends before", b"0-1\n# comment\n8-7\n"),
                ("standard input, line 2: longer than", b"0-1\n" + long_line),
                ("standard input, line 1: not text", b"0-\0001\n"),
                ("standard input, line 1: '?[31m' is not", b"\033[31m\n"),
                ("standard input holds no range", b"# nothing\n\n")):
            with self.subTest(text):
                self.check_wrong(1, words, "URL", "-o", "out", "--ranges-from", "-",
                                 standard_input=text)

    def test_a_class_that_is_not_there(self):
        if not self.on_windows:
            self.check_wrong(1, "COM is not available", "URL", "-o", "out", "--clsid", "windows")
            return
        for name in ("{00000000-1111-2222-3333-444444444444}", "No.Such.Class"):
            self.check_wrong(2, "class", "URL", "-o", "out", "--clsid", name)


class Words(OdoTest):
    def test_help_goes_to_standard_output(self):
        for arguments in (("--help",), ("get", "--help"), ("get", "-h"), ("job", "--help"),
                          ("job", "wait", "-h"), ("status", "--help"), ("explain", "--help")):
            result = self.odo(*arguments)
            self.check(result, 0)
            self.assertTrue(result.stdout.startswith("Usage: odo "), arguments)
            self.assertEqual(result.stderr, "")

    def test_version(self):
        result = self.odo("--version")
        self.check(result, 0)
        self.assertRegex(result.stdout, r"^odo \d+\.\d+\.\d+ \(OpenDO\)\n$")

    def test_no_command_and_a_wrong_one(self):
        self.check(self.odo(), 1, "Usage: odo ")
        self.check(self.odo("fetch"), 1, "'fetch'")

    def test_each_code_of_the_header_is_explained(self):
        header = os.path.join(ROOT, "include", "deliveryoptimizationerrors.h")
        with open(header, encoding="utf-8") as file:
            codes = re.findall(r"#define\s+(DO_E_\w+)\s+\D*?\(?(0x[0-9A-Fa-f]{8})", file.read())
        self.assertGreater(len(codes), 60)
        for name, number in codes:
            self.assertIsNotNone(name)
        if self.on_windows:
            codes = codes[::20]  # a start under Wine is slow, and the table is the same
        numbers = {}
        for name, number in codes:  # a number that has two names is explained by the first
            numbers.setdefault(number.lower(), name)
        codes = [(name, number) for number, name in numbers.items()]
        for name, number in codes:
            result = self.odo("explain", number)
            self.check(result, 0)
            self.assertTrue(result.stdout.lower().startswith(
                "%s %s: " % (number.lower(), name.lower())), result.stdout)
            self.assertEqual(self.odo("explain", name).stdout, result.stdout)

    def test_codes_in_every_notation(self):
        for code in ("0x80190194", "80190194", "-2145844844", "2149122452"):
            result = self.odo("explain", code)
            self.check(result, 0)
            self.assertEqual(result.stdout, "0x80190194: the server answered 404: not found\n")
        self.check(self.odo("explain", "0x180190194"), 1)
        self.check(self.odo("explain", "rubbish"), 1, "'rubbish'")
        self.check(self.odo("explain"), 1)

    def test_the_manual_has_no_mistakes(self):
        if not shutil.which("man") or self.on_windows:
            self.skipTest("there is no program man here")
        result = subprocess.run(["man", "--warnings", "-l", os.path.join(HERE, "odo.1")],
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, b""))

    def test_the_manual_knows_every_option_and_exit_code(self):
        with open(os.path.join(HERE, "odo.1"), encoding="utf-8") as file:
            manual = file.read().replace("\\-", "-")
        text = "".join(self.odo(command, "--help").stdout
                       for command in ("get", "job", "status"))
        options = re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", text, re.MULTILINE)
        codes = re.findall(r"^ +(\d+)  \w", text, re.MULTILINE)
        self.assertGreater(len(options), 6)
        self.assertGreater(len(codes), 6)
        for option in options:
            self.assertIn(option, manual)
        for command in re.findall(r"^  ([a-z]+) {2,}\w", text, re.MULTILINE):
            self.assertIn("\n.B odo job %s\n" % command, manual)
        for code in codes:
            self.assertIn("\n.B %s\n" % code, manual)


def main():
    arguments = sys.argv[1:]
    dll = None
    if arguments[:1] == ["--dll"]:
        dll, arguments = arguments[1], arguments[2:]
    if not arguments:
        sys.exit(__doc__)
    arguments[-1] = os.path.abspath(arguments[-1])
    emulator = arguments[:-1]
    OdoTest.program = arguments
    OdoTest.on_windows = arguments[-1].endswith(".exe")
    probe = subprocess.run(arguments + ["--version"], stdout=subprocess.DEVNULL, check=False)
    if probe.returncode == SKIPPED:
        sys.exit(SKIPPED)
    if dll:
        dll = "Z:" + os.path.abspath(dll).replace("/", "\\") if emulator else dll
        subprocess.run(emulator + ["regsvr32", "/s", dll], check=True)
    try:
        result = unittest.main(argv=sys.argv[:1], verbosity=2, exit=False).result
    finally:
        if dll:
            subprocess.run(emulator + ["regsvr32", "/s", "/u", dll], check=False)
    return summarize(result)


def summarize(result):
    """Count as CMocka does, so that whoever counts reads both alike. Returns the exit code."""
    # A test with several failing parts is in the list once for each.
    failed = sorted({str(getattr(test, "test_case", test))
                     for test, _ in result.failures + result.errors})
    for _, reason in result.skipped:
        print("SKIPPED:", reason)
    print("[  PASSED  ] %d test(s)." % (result.testsRun - len(failed) - len(result.skipped)))
    if result.skipped:
        print("[  SKIPPED ] %d test(s)." % len(result.skipped))
    if failed:
        print("[  FAILED  ] %d test(s)." % len(failed))
        for name in failed:
            print("[  FAILED  ]", name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
