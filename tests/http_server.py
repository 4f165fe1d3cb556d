"""A real small HTTP server on loopback that answers as it is told, and keeps what it was asked."""

import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class HttpServer:
    """`asked` holds method and path, headers and body of every request."""

    def __init__(self) -> None:
        self.status, self.body, self.headers = 200, b"{}", dict[str, str]()
        self.asked: list[tuple[str, Mapping[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                outer.asked.append((f"{self.command} {self.path}", dict(self.headers), self.rfile.read(length)))
                self.send_response(outer.status)
                for name, said in outer.headers.items():
                    self.send_header(name, said)
                self.end_headers()
                self.wfile.write(outer.body)

            do_POST = do_GET

            def log_message(self, *said: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = Thread(target=self._http.serve_forever)
        self._thread.start()

    def says(self, body: object, status: int = 200) -> "HttpServer":
        self.body, self.status = json.dumps(body, ensure_ascii=False).encode(), status
        return self

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
