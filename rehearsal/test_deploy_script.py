"""`./deploy` on machines that lack something."""

import shutil
import subprocess

import pytest

from conftest import FUNCTIONS, TOP

TOOLS = ["cc", "python3", "rustup", "cargo", "sam", "cargo-lambda", "zig", "aws"]


@pytest.fixture
def machine(tmp_path):
    """A machine on which every tool is there and says yes to everything."""
    for tool in ["bash", "dirname", "grep", "sed", "uname"]:
        (tmp_path / tool).symlink_to(shutil.which(tool))
    for tool in TOOLS:
        write_tool(tmp_path, tool, f'echo "{tool} $*" >> "{tmp_path}/calls"; echo aarch64-unknown-linux-gnu')
    # A clone of which nobody has made anything theirs.
    (tmp_path / "shop").mkdir()
    shutil.copy(TOP / "deploy", tmp_path / "shop")
    (tmp_path / "shop/functions").symlink_to(TOP / "functions")
    return tmp_path


def write_tool(machine, name, script):
    (machine / name).write_text(f"#!{shutil.which('bash')}\n{script}\n")
    (machine / name).chmod(0o755)


def deploy(machine, *options, **environment):
    environment = {"PATH": str(machine), "VIRTUAL_ENV": "/venv", **environment}
    return subprocess.run([machine / "shop/deploy", *options], env=environment, capture_output=True, text=True)


def test_a_complete_machine_builds_and_deploys_with_the_options_of_sam(machine):
    done = deploy(machine, "--config-env", "production")
    assert done.returncode == 0, done.stderr
    calls = (machine / "calls").read_text().splitlines()
    assert calls[-2:] == ["sam build", "sam deploy --config-env production"]
    built = [
        call.removeprefix("cargo lambda build --release --arm64 --package ")
        for call in calls
        if call.startswith("cargo ")
    ]
    assert sorted(" ".join(built).replace("--package ", "").split()) == FUNCTIONS, "each once"


@pytest.mark.parametrize(
    ("options", "deployed"),
    [
        ([], "--config-file my.samconfig.toml"),
        (["--config-env", "production"], "--config-file my.samconfig.toml --config-env production"),
        (["--config-file", "other.toml"], "--config-file other.toml"),
        (["--config-file=other.toml"], "--config-file=other.toml"),
    ],
)
def test_what_is_yours_stands_in_a_file_that_git_leaves_alone(machine, options, deployed):
    assert "/my.samconfig.toml" in (TOP / ".gitignore").read_text().splitlines()
    shutil.copy(TOP / "samconfig.toml", machine / "shop/my.samconfig.toml")
    done = deploy(machine, *options)
    assert done.returncode == 0, done.stderr
    assert (machine / "calls").read_text().splitlines()[-1] == f"sam deploy {deployed}"


def test_a_check_builds_nothing(machine):
    done = deploy(machine, "--check")
    assert (done.returncode, done.stdout) == (0, "All that a deployment needs is here.\n")
    assert "sam " not in (machine / "calls").read_text()


@pytest.mark.parametrize(
    ("tool", "what", "remedy"),
    [
        ("cc", "C compiler", "apt-get install build-essential"),
        ("rustup", "Rust", "see https://rustup.rs"),
        ("sam", "SAM CLI", "pip install aws-sam-cli"),
        ("cargo-lambda", "cargo-lambda", "pip install cargo-lambda"),
        ("aws", "AWS CLI", "pip install awscli"),
    ],
)
def test_a_missing_tool_is_named_with_its_command_before_anything_is_built(machine, tool, what, remedy):
    (machine / tool).unlink()
    done = deploy(machine)
    assert done.returncode == 1
    (line,) = (line for line in done.stderr.splitlines() if line.strip().startswith(what))
    assert remedy in line
    assert not (machine / "calls").exists() or "sam build" not in (machine / "calls").read_text()


@pytest.mark.parametrize(
    ("tool", "script", "line"),
    [
        ("rustup", "echo x86_64-unknown-linux-gnu", "arm64 for Rust     rustup target add aarch64-unknown-linux-gnu"),
        ("aws", "[ $1 = configure ]", "AWS region         aws configure set region eu-central-1"),
        ("aws", "[ $1 = configure ] && echo eu-west-1", "AWS credentials    aws configure, or aws login"),
    ],
)
def test_a_tool_that_is_there_and_not_ready_is_too(machine, tool, script, line):
    write_tool(machine, tool, script)
    done = deploy(machine)
    assert done.returncode == 1
    assert f"  {line}" in done.stderr.splitlines()


def test_zig_may_be_the_one_of_python(machine):
    (machine / "zig").unlink()
    assert deploy(machine, "--check").returncode == 0
    write_tool(machine, "python3", "exit 1")
    assert "pip install ziglang" in deploy(machine, "--check").stderr


def test_outside_a_virtual_environment_one_is_made_first(machine):
    (machine / "sam").unlink()
    assert (
        "python3 -m venv .venv && . .venv/bin/activate && pip install aws-sam-cli"
        in deploy(machine, VIRTUAL_ENV="").stderr
    )
