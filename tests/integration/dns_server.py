"""A DNS server of the tests' own: it answers from a table, by UDP and TCP, and truncates what is too long for UDP."""

import contextlib
import socketserver
import struct
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

UDP_BYTES = 512
Table = dict[tuple[str, str], list[str]]


@dataclass
class Zone:
    """`table` holds records by name and kind, `("shop.example", "MX"): ["10 mx.shop.example."]`."""

    address: str = ""
    table: Table = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    """Names for which the answer is SERVFAIL."""
    asked: list[tuple[str, str]] = field(default_factory=list)

    def put(self, name: str, kind: str, *values: str) -> None:
        self.table[name.lower(), kind] = list(values)

    def text(self, name: str, value: str) -> None:
        parts = " ".join(f'"{value[start : start + 255]}"' for start in range(0, len(value), 255))
        self.table.setdefault((name.lower(), "TXT"), []).append(parts)

    def answer(self, query: bytes, most: int | None) -> bytes:
        asked = dns.message.from_wire(query)
        question = asked.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        reply = dns.message.make_response(asked)
        if name in self.silent:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif values := self.table.get((name, kind)):
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
        elif not any(known == name for known, _ in self.table):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        wire = reply.to_wire()
        if most is not None and len(wire) > most:
            reply.answer.clear()
            reply.flags |= dns.flags.TC
            wire = reply.to_wire()
        return wire


@contextlib.contextmanager
def dns_server(table: Mapping[tuple[str, str], list[str]] | None = None) -> Iterator[Zone]:
    """A server on a free port of this machine, the same for UDP and TCP; `address` is what SENDBOTE_DNS takes."""
    zone = Zone(table=dict(table or {}))

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            query, socket = self.request
            socket.sendto(zone.answer(query, UDP_BYTES), self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            (length,) = struct.unpack("!H", self.rfile.read(2))
            wire = zone.answer(self.rfile.read(length), None)
            self.wfile.write(struct.pack("!H", len(wire)) + wire)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tcp) as tcp:
        port = tcp.server_address[1]
        with socketserver.ThreadingUDPServer(("127.0.0.1", port), Udp) as udp:
            zone.address = f"127.0.0.1:{port}"
            servers: list[socketserver.BaseServer] = [tcp, udp]
            threads = [threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True) for one in servers]
            for thread in threads:
                thread.start()
            try:
                yield zone
            finally:
                for one in servers:
                    one.shutdown()
                for thread in threads:
                    thread.join()
