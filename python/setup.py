# SPDX-License-Identifier: MIT
"""What `pip install ./python` does besides copying Python: it puts libppo.so and its modules into
the package, so that the wheel needs nothing else. They are those of PPO_LIBRARY (a folder with
libppo.so), else of the repository's build/release, which is built first where it is missing."""

import glob
import os
import shutil
import subprocess

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:
    from wheel.bdist_wheel import bdist_wheel

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def library_folder():
    named = os.environ.get("PPO_LIBRARY")
    if named:
        return named if os.path.isdir(named) else os.path.dirname(os.path.abspath(named))
    build = os.path.join(ROOT, "build", "release")
    if not glob.glob(os.path.join(build, "libppo.so*")):
        script = os.path.join(ROOT, "scripts", "build")
        if not os.path.exists(script):
            raise SystemExit(
                "libppo.so is not here, and neither are its sources: set PPO_LIBRARY to the folder "
                "that holds it, or install from a clone of the repository"
            )
        subprocess.check_call([script, "release"])
    return build


class BuildWithLibrary(build_py):
    def run(self):
        super().run()
        folder = library_folder()
        package = os.path.join(self.build_lib, "ppo")
        (library,) = glob.glob(os.path.join(folder, "libppo.so.?.?")) or [None]
        if library is None:
            raise SystemExit("there is no libppo.so in " + folder)
        shutil.copy(library, package)
        # The library looks for its modules in the folder ppo/ beside itself.
        modules = os.path.join(package, "ppo")
        os.makedirs(modules, exist_ok=True)
        for pattern in ("ppo", "lib/ppo", "lib/*/ppo"):
            for module in glob.glob(os.path.join(folder, pattern, "*.so")):
                shutil.copy(module, modules)


class PlatformWheel(bdist_wheel):
    """Any Python 3 will do, but only this machine's kind of system."""

    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class WithLibrary(Distribution):
    def has_ext_modules(self):
        return True


setup(
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
    distclass=WithLibrary,
)
