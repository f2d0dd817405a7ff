"""The usual advice: shutdown() at SIGTERM. It needs a thread, for it waits for serve_forever(), which the handler interrupts."""
import os
import signal
import threading
from http.server import ThreadingHTTPServer

from threading_http_server import Orders

with ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Orders) as server:
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
