"""Reads TensorBoard event files by the format's definition and prints what each holds, one JSON object a line.

A file is records of: length (uint64), masked CRC-32C of the length, payload, masked CRC-32C of the payload; little-endian. A payload is a
protocol buffer Event: wall_time = 1 (double), step = 2 (int64), file_version = 3 (string), summary = 5, whose value = 1 has tag = 1 (string)
and simple_value = 2 (float).
"""

import json
import math
import struct
import sys


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class Fault(Exception):
    pass


class Source:
    def __init__(self, data):
        self.data, self.at = data, 0

    def more(self):
        return self.at < len(self.data)

    def take(self, count):
        if self.at + count > len(self.data):
            raise Fault("cut off")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]

    def checked(self, count):
        part = self.take(count)
        crc = crc32c(part)
        if self.number("I") != ((crc >> 15 | crc << 17 & 0xFFFFFFFF) + 0xA282EAD8) & 0xFFFFFFFF:
            raise Fault("bad checksum")
        return part

    def varint(self):
        value = shift = 0
        while True:
            byte = self.number("B")
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def content(self, wire_type):
        if wire_type == 0:
            value = self.varint()
            return value - (1 << 64) if value >> 63 else value
        if wire_type == 1:
            return self.number("d")
        if wire_type == 2:
            return self.take(self.varint())
        if wire_type == 5:
            return self.number("f")
        raise Fault("unknown wire type %d" % wire_type)


def fields(data):
    source = Source(data)
    while source.more():
        key = source.varint()
        yield key >> 3, source.content(key & 7)


def scalar(data):
    field = dict(fields(data))
    value = field[2]
    return [field[1].decode(), value if math.isfinite(value) else repr(value)]


def event(data):
    field = dict(fields(data))
    return {
        "time": field[1],
        "step": field.get(2, 0),
        "version": field.get(3, b"").decode(),
        "values": [scalar(value) for number, value in fields(field.get(5, b"")) if number == 1],
    }


def read(path):
    with open(path, "rb") as file:
        source = Source(file.read())
    events, fault = [], None
    try:
        while source.more():
            length = struct.unpack("<Q", source.checked(8))[0]
            events.append(event(source.checked(length)))
    except Fault as found:
        fault = str(found)
    return {"events": events, "fault": fault}


for path in sys.argv[1:]:
    print(json.dumps(read(path)))
