"""What the tests of clients in other languages share: a server of content, the .NET SDK, and the
DLL registered while they run.

Imported by tools/dotnet/test_dotnet.py and tools/powershell/test_powershell.py, never run.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools", "odo"))

import test_odo  # noqa: E402  its server has the content that the clients expect

SKIPPED = test_odo.SKIPPED
PUBLISH_DEADLINE_S = 600
RUN_DEADLINE_S = 900


class Skip(Exception):
    """This machine lacks what the tests need; the text says what."""


class Handler(test_odo.Handler):
    """Adds what a client in another process needs to steer the server."""

    def get_hold(self):
        """From now on /slow holds back its second half."""
        self.server.let_go.clear()
        self.answer(200, b"held")

    def get_release(self):
        """Lets go of what is held."""
        self.server.let_go.set()
        self.answer(200, b"let go")

    def get_forbidden(self):
        self.answer(403, b"not for you")

    def get_headers(self):
        """The headers of the request, as the content."""
        self.serve(str(self.headers).encode())

    def get_login(self):
        """Only for Ali, who knows the words."""
        if self.headers.get("Authorization") == "Basic YWxpOm9wZW4gc2VzYW1l":
            self.serve(b"come in")
            return
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="cave"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def get_elsewhere(self):
        self.send_response(302)
        self.send_header("Location", self.server.url("file"))
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextlib.contextmanager
def content_server():
    """Serves until the block ends. What it yields has url(name)."""
    server = test_odo.Server()
    server.RequestHandlerClass = Handler
    try:
        with urllib.request.urlopen(server.url("small"), timeout=10) as reply:
            assert reply.read() == test_odo.SMALL
        yield server
    finally:
        server.stopping.set()
        server.let_go.set()
        server.shutdown()
        server.server_close()


def need_sdk():
    """Where the SDK of .NET is. Raises Skip."""
    sdk = shutil.which("dotnet")
    if not sdk:
        raise Skip("there is no .NET SDK (dotnet) on PATH")
    return sdk


def run_sdk(project, work, *commands):
    """Run commands of the SDK, which may make what they like in the folder work, and return what
    they printed. Raises Skip or SystemExit."""
    sdk = need_sdk()
    os.makedirs(work, exist_ok=True)
    environment = dict(os.environ, DOTNET_NOLOGO="1", DOTNET_CLI_TELEMETRY_OPTOUT="1",
                       DOTNET_SKIP_FIRST_TIME_EXPERIENCE="1", MSBUILDDISABLENODEREUSE="1",
                       DOTNET_CLI_UI_LANGUAGE="en", DOTNET_GENERATE_ASPNET_CERTIFICATE="false")
    if not os.path.isdir(environment.get("HOME", "")):
        environment["HOME"] = work  # the SDK wants one
    places = ["-p:BaseIntermediateOutputPath=" + os.path.join(work, "obj") + os.sep,
              "-p:BaseOutputPath=" + os.path.join(work, "bin") + os.sep]
    printed = ""
    for command in commands:
        command = [sdk, command[0], project] + command[1:] + places
        print("$", " ".join(command), flush=True)
        result = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                check=False, timeout=PUBLISH_DEADLINE_S)
        print(result.stdout, flush=True)
        printed += result.stdout
        if result.returncode == 0:
            continue
        # NU1301 and its like: the packages could not be had. NETSDK1045: an SDK that is too old.
        for code, reason in (("NU1301", "the source of .NET packages cannot be reached"),
                             ("NU1101", "the source of .NET packages lacks one"),
                             ("NU1102", "the source of .NET packages lacks one"),
                             ("NU1100", "there is no source of .NET packages"),
                             ("NETSDK1045", "the .NET SDK is older than 10"),
                             ("No .NET SDKs were found", "dotnet on PATH is no .NET SDK")):
            if code in result.stdout:
                raise Skip(reason)
        sys.exit("error: %s does not build" % project)
    return printed


def build(project, work, *options):
    """Build a project, and return what that printed."""
    return run_sdk(project, work, ["build", *options])


def publish(project, work, *properties):
    """Build a project into a folder that needs no .NET, and return that. Raises Skip or SystemExit.

    Everything that is made on the way lies in the folder work too, so that a second time is quick
    and asks nobody.
    """
    out = os.path.join(work, "publish")
    run_sdk(project, work, ["restore", *properties],
            ["publish", "--no-restore", "-c", "Release", "-o", out, *properties])
    return out


class Wine:
    """Runs Windows programs by an emulator, which may be none, and knows how they see paths."""

    def __init__(self, emulator):
        self.emulator = emulator

    def path(self, path):
        path = os.path.abspath(path)
        return "Z:" + path.replace("/", "\\") if self.emulator else path

    def run(self, program, *arguments, environment=None, timeout=RUN_DEADLINE_S):
        """Run it to its end. Returns the exit code and what it printed."""
        # A file, for under Wine something holds on to a pipe for a while after the end.
        with tempfile.TemporaryFile() as out:
            try:
                code = subprocess.run(self.emulator + [program] + list(arguments), stdout=out,
                                      stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT,
                                      env=dict(os.environ, **(environment or {})),
                                      check=False, timeout=timeout).returncode
            except subprocess.TimeoutExpired:
                code = "none: it did not end within %d s" % timeout
            out.seek(0)
            return code, out.read().decode("utf-8", "replace").replace("\r\n", "\n")

    @contextlib.contextmanager
    def registered(self, dll):
        """The DLL is registered until the block ends."""
        code, output = self.run("regsvr32", "/s", self.path(dll))
        if code == SKIPPED:
            raise Skip(output.strip().replace("SKIPPED: ", ""))
        if code != 0:
            sys.exit("error: regsvr32 exits with %s: %s" % (code, output))
        try:
            yield
        finally:
            self.run("regsvr32", "/s", "/u", self.path(dll))


# .NET's files load only where mscoree.dll does, which other programs here go without; and its
# memory protection is more than Wine 8 can bear. Half of its time went into compiling methods for
# a second time.
DOTNET_UNDER_WINE = {"WINEDLLOVERRIDES": "mshtml=;winemenubuilder.exe=",
                     "DOTNET_EnableWriteXorExecute": "0", "DOTNET_TieredPGO": "0",
                     "DOTNET_TC_CallCounting": "0"}


def run_tests(wine, program, arguments, environment):
    """Run a program that counts its tests in CMocka's words, and print that. True if all passed."""
    with tempfile.TemporaryDirectory() as store:
        code, output = wine.run(program, *arguments,
                                environment=dict(DOTNET_UNDER_WINE, **environment,
                                                 OPENDO_STORE=wine.path(store)))
    print(output, flush=True)
    if code == 0 and "[  PASSED  ]" in output:
        return True
    if "[  FAILED  ]" not in output:
        print("[  FAILED  ] 1 test(s).")
        print("[  FAILED  ] %s: it ended with exit code %s" % (os.path.basename(program), code))
    return False


class Cases:
    """Tests that run in Python, counted in the same words."""

    def __init__(self):
        self.passed = 0
        self.failed = []

    def test(self, name, body):
        print("[ RUN      ]", name)
        try:
            body()
            self.passed += 1
            print("[       OK ]", name)
        except AssertionError as error:
            self.failed.append(name)
            print("[  ERROR   ]", error)

    def summarize(self):
        """Prints the count. True if all passed."""
        print("[  PASSED  ] %d test(s)." % self.passed)
        if self.failed:
            print("[  FAILED  ] %d test(s)." % len(self.failed))
            for name in self.failed:
                print("[  FAILED  ]", name)
        return not self.failed
