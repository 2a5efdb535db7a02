"""The packages of chatd; everything else about the distribution is in pyproject.toml."""

from glob import glob
from os.path import isfile

from setuptools import find_packages, setup

setup(
    # twisted.plugins is Twisted's package: we add one file to it and never an __init__.py, which
    # would hide Twisted's own and go away with it on uninstall.
    packages=[*find_packages(include=["chatd", "chatd.*"]), "twisted.plugins"],
    # Said aloud, this default makes an editable install a plain .pth naming this folder. Left
    # unsaid, setuptools maps `chatd` alone and twistd finds no plugin.
    package_dir={"": "."},
    # What `chatctl install-service` makes a service with.
    data_files=[
        ("share/chatd/conf", ["conf/chatd.toml"]),
        ("share/chatd/systemd", sorted(filter(isfile, glob("systemd/*")))),
        ("share/chatd/systemd/sysusers.d", ["systemd/sysusers.d/chatd.conf"]),
        ("share/chatd/systemd/tmpfiles.d", ["systemd/tmpfiles.d/chatd.conf"]),
    ],
)
