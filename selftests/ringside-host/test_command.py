# SPDX-License-Identifier: GPL-2.0-only
"""The command line as such: manners, help, the manual, hostile configurations."""
import os
import re
import subprocess

from manager import Bench, TOP, expect, expect_equal, tool

MANUAL = os.path.join(TOP, "Documentation/man/ringside-host.8.rst")
COMPLETION = os.path.join(TOP, "userspace/dist/completion/ringside-host")
EXAMPLE = os.path.join(TOP, "userspace/dist/ringside-host.conf")


def commands():
    _, out, _ = tool("help")
    return re.findall(r"^  ([a-z]+) ", out.split("commands:")[1], re.M)


def options(command):
    return set(re.findall(r"--[a-z][a-z-]*", tool("help", command)[1]))


def usage_errors_are_2_and_name_the_word():
    for args, word in (((), "commands:"), (("frob",), "frob"), (("--frob",), "--frob"),
                       (("--budget=1G",), "no VM"), (("--budget=x",), "x"),
                       (("run",), "budget"), (("run", "--frob"), "--frob"),
                       (("run", "--frob", "1"), "--frob"), (("run", "-x"), "-x"),
                       (("run", "--budget"), "needs a value"),
                       (("run", "--budget", "x"), "x"), (("run", "--budget=1G"), "no VM"),
                       (("run", "--budget=1G", "--vm=a"), "NAME=SOCKET"),
                       (("run", "--budget=1G", "--vm=a=/x,min=2G"), "mins"),
                       (("run", "--budget=1G", "--vms=/x"), "pattern"),
                       (("run", "--budget=1G", "--vm=a=/x", "rest"), "rest"),
                       (("status", "rest"), "rest"), (("status", "--frob"), "--frob"),
                       (("top", "--json"), "status"), (("replay",), "record"),
                       (("check", "--budget=1G", "--dry-run=maybe", "--vm=a=/x"), "maybe")):
        status, out, err = tool(*args)
        expect_equal((2, ""), (status, out), f"exit and output of {args}")
        expect(word in err, f"{args}: {err}")


def failures_are_1():
    for args, word in ((("run", "--config", "/nonesuch"), "/nonesuch: No such file"),
                       (("run", "--config", "/"), "/"),
                       (("replay", "/nonesuch"), "/nonesuch: No such file"),
                       (("run", "--budget=1G", "--vm=a=/x", "--status=/proc/x/y"), "/proc/x"),
                       (("run", "--budget=1G", "--vm=a=/x", "--status=/tmp",
                         "--record=/proc/x"), "/")):
        status, out, err = tool(*args)
        expect_equal((1, ""), (status, out), f"exit and output of {args}: {err}")
        expect(word in err, f"{args}: {err}")


def help_fits_a_terminal():
    for command in commands():
        for args in (("help", command), (command, "--help")):
            status, out, err = tool(*args)
            expect_equal((0, ""), (status, err), f"exit and complaints of {args}")
            wide = [line for line in out.splitlines() if len(line) > 80]
            expect(not wide, f"{args}: {wide}")


def the_manual_has_every_command_and_option():
    with open(MANUAL) as file:
        text = file.read()
    for command in commands():
        expect(re.search(rf"\b{command}\b", text), f"{command} is not in the manual")
        for option in options(command):
            expect(option in text, f"{option} of {command} is not in the manual")


def completion_offers_what_help_lists():
    def complete(*words):
        script = ('. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
                  '_ringside_host ringside-host; printf "%s\\n" "${COMPREPLY[@]}"')
        path = os.path.dirname(os.path.join(TOP, "build/user/")) + ":" + os.environ["PATH"]
        done = subprocess.run(["bash", "-c", script, "bash", COMPLETION, *words],
                              capture_output=True, text=True, check=True,
                              env=dict(os.environ, PATH=path))
        return set(done.stdout.split())
    expect_equal(set(commands()), {word for word in complete("ringside-host", "")
                                   if word[0] != "-"}, "the commands")
    for command in commands():
        missing = options(command) - complete("ringside-host", command, "--")
        expect(not missing, f"{command}: {missing} are not offered")


def hostile_configurations_are_refused_with_their_line():
    good = "budget = 1G\n[vm a]\nsocket = /x\n"
    cases = {
        "": "budget", "budget = 1G\n": "no VM", "[vm a]\n": "", "budget\n": "1",
        "budget = \n": "budget", "budget = -1\n": "-1", "budget = 1e9\n": "1e9",
        "budget = 99999999999999999999999\n": "budget", "= 1\n": "1",
        "budget = 1G\nbudget = 2G\n": "2", "[vm]\n": "1", "[vm a\n": "1", "[a]\n": "1",
        good + "[vm a]\nsocket = /y\n": "a", good + "shares = 0\n": "shares",
        good + "min = 5G\nmax = 1G\n": "min", good + "frob = 1\n": "frob",
        "budget = 1G\n[vm ../x]\nsocket = /x\n": "../x", "\0" * 5000: "",
        "\xff\xfe" * 100: "", "x" * 100000: "", "[vm " + "n" * 1000 + "]\n": "",
        "budget = 1G\n" * 3: "", good + "slack = 2G\n": "slack",
        "budget = 1G\nslack = 1G\n[vm a]\nsocket = /x\n": "slack",
        "budget = 1G\n[vm *]\nsocket = /x\n": "pattern",
    }
    with Bench() as bench:
        for text, word in cases.items():
            path = bench.write("config", text)
            status, out, err = tool("check", "--config", path)
            expect(status in (1, 2), f"exit {status} of {text[:60]!r}: {out}")
            expect(word in err and len(err) < 2000, f"{text[:60]!r}: {err[:500]}")
            expect("Sanitizer" not in err, err)


def check_shows_what_is_meant():
    with Bench() as bench:
        bench.vm("a-1", 16)
        status, out, err = tool("check", "--budget=1G", bench.option("gone", ",min=64M"),
                                "--vms=" + bench.path("*-1.qmp"))
        expect_equal((0, ""), (status, err), "exit and complaints")
        expect(re.search(r"^gone +64\.0 MiB +- +1 +not there ", out, re.M), out)
        expect(re.search(r"^a +0\.0 KiB +- +1 +a socket ", out, re.M), out)


def the_example_is_a_configuration():
    status, out, err = tool("check", "--config", EXAMPLE)
    expect_equal((0, ""), (status, err), f"exit and complaints: {out}")


TESTS = (
    usage_errors_are_2_and_name_the_word, failures_are_1, help_fits_a_terminal,
    the_manual_has_every_command_and_option, completion_offers_what_help_lists,
    hostile_configurations_are_refused_with_their_line, check_shows_what_is_meant,
    the_example_is_a_configuration,
)
