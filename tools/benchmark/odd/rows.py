"""All rows, in the order in which they are shown."""

# Each of these adds to the table when it is imported.
from odd import connections, places, replies, versions, messages, http2, daemons  # noqa: F401
from odd.table import ROWS  # noqa: F401
