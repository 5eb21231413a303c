"""One odd server in a process of its own: serve.py ROW FOLDER CERTIFICATE KEY

Prints its port, serves until its standard input ends, and prints what it saw as JSON.
"""

import json
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from odd import rows  # noqa: E402  pylint: disable=wrong-import-position


def main():
    name, folder, *certificate = sys.argv[1:]
    server = rows.ROWS[name].make(pathlib.Path(folder), certificate)
    print(server.port, flush=True)
    threading.Thread(target=server.run, daemon=True).start()
    sys.stdin.read()
    print(json.dumps(server.report()), flush=True)
    server.stop()


if __name__ == "__main__":
    main()
