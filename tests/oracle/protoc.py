# SPDX-License-Identifier: Apache-2.0
"""Runs protoc: Debian's by its command, the newer one inside grpcio-tools in this process."""
import contextlib
import os
import pathlib
import re
import subprocess
import tempfile

from grpc_tools import _protoc_compiler
import grpc_tools

NEW_INCLUDE = pathlib.Path(grpc_tools.__file__).parent / "_proto"
DEBIAN_INCLUDE = pathlib.Path("/usr/include")
ERROR = re.compile(r"^(\S[^:]*):(\d+):(\d+): (?!warning)(.*)$")


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def first_file(descriptor_set):
    """The bytes of the first file of a FileDescriptorSet, just as protoc wrote them."""
    assert descriptor_set[0] == 0x0A
    length, at = varint(descriptor_set, 1)
    return descriptor_set[at:at + length]


class Result:
    """accepted, the main file's descriptor bytes, and errors as (file, line, column, text)."""

    def __init__(self, code, stderr, out):
        self.accepted = code == 0
        self.stderr = stderr
        self.descriptor = None
        if self.accepted:
            self.descriptor = first_file(pathlib.Path(out).read_bytes())
        self.errors = []
        for line in stderr.splitlines():
            match = ERROR.match(line)
            if match and "Suggested field numbers" not in line:
                self.errors.append((match[1], int(match[2]), int(match[3]), match[4]))


@contextlib.contextmanager
def captured_stderr():
    """What C code writes to file descriptor 2."""
    with tempfile.TemporaryFile() as file:
        saved = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield file
        finally:
            os.dup2(saved, 2)
            os.close(saved)


def run_new(arguments):
    """protoc of grpcio-tools. Returns its exit status and what it wrote to stderr."""
    arguments = ["protoc", "--retain_options"] + [str(argument) for argument in arguments]
    with captured_stderr() as file:
        code = _protoc_compiler.run_main([argument.encode() for argument in arguments])
        file.seek(0)
        return code, file.read().decode("utf-8", "replace")


def run_debian(arguments):
    """Debian's protoc."""
    done = subprocess.run(["/usr/bin/protoc"] + [str(argument) for argument in arguments],
                          stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60, check=False)
    return done.returncode, done.stderr.decode("utf-8", "replace")


def write_files(directory, files):
    for path, data in files.items():
        target = pathlib.Path(directory) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def compile_files(files, main, run=run_new, includes=(NEW_INCLUDE,)):
    """Compiles main, one of files (path to bytes) or of those in includes."""
    with tempfile.TemporaryDirectory() as directory:
        write_files(directory, files)
        out = os.path.join(directory, "out.bin")
        options = [f"-I{directory}"] + [f"-I{include}" for include in includes]
        code, stderr = run(options + [f"--descriptor_set_out={out}", main])
        return Result(code, stderr.replace(directory + "/", ""), out)


def compile_case(case):
    return compile_files(case.files, case.main)


def compile_case_debian(case):
    return compile_files(case.files, case.main, run_debian, (DEBIAN_INCLUDE,))
