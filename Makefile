# SPDX-License-Identifier: Apache-2.0
# make         build the CLI (build/bin/tinyml), the libraries and the Python package (.venv)
# make demo    keyword spotting from synthetic speech, or from TINYML_DATA, to a program on an emulated board
# make test    everything that can be checked on this machine
# make soak TARGET=fuzz|folds   the long checks

BUILD_PACKAGES = cmake ninja-build g++ pkg-config ccache python3-dev python3-venv libhwy-dev libsoxr-dev libsndfile1-dev \
  libfmt-dev nlohmann-json3-dev libcli11-dev libtomlplusplus-dev libflatbuffers-dev flatbuffers-compiler zlib1g-dev libminizip-dev
BOARD_PACKAGES = gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm
SPEECH_PACKAGES = espeak-ng
TEST_PACKAGES = libgtest-dev libgmock-dev librapidcheck-dev arduino-builder arduino-ctags unzip clang $(FUZZ_RUNTIME)
FUZZ_RUNTIME = libclang-rt-$(shell . /etc/os-release; [ "$$VERSION_ID" = 24.04 ] && echo 18 || echo 14)-dev

JOBS ?= $(shell nproc)
PYTHON ?= python3
TIMED = tools/timed.sh

.PHONY: all build configure packages demo test soak clean format lint

all: build

packages:
	@tools/install_packages.sh build $(BUILD_PACKAGES)

.venv/.ready: requirements.txt
	@echo "Installing with pip into .venv: $$(grep -v '^#' requirements.txt | tr '\n' ' ')"
	@$(PYTHON) -m venv .venv
	@.venv/bin/pip install -q -r requirements.txt
	@touch $@

.venv/.tested: requirements-test.txt .venv/.ready
	@echo "Installing with pip into .venv, for the tests: $$(grep -v '^#' requirements-test.txt | tr '\n' ' ')"
	@.venv/bin/pip install -q -r requirements-test.txt
	@touch $@

configure: packages .venv/.ready
	@cmake --preset release -DPython_EXECUTABLE=$(CURDIR)/.venv/bin/python -DTINYML_TESTS=$(if $(TESTS),ON,OFF) $(CMAKE_FLAGS) >build.log 2>&1 || { tail -n 30 build.log; exit 1; }

build: configure
	@$(TIMED) "build" tools/build.sh build $(JOBS)

demo:
	@$(TIMED) "packages" tools/install_packages.sh "run the demo" $(BUILD_PACKAGES) $(BOARD_PACKAGES) $(if $(TINYML_DATA),,$(SPEECH_PACKAGES))
	@$(MAKE) --no-print-directory build
	@$(TIMED) "demo" tools/demo.sh

test:
	@$(TIMED) "packages" tools/install_packages.sh test $(BUILD_PACKAGES) $(BOARD_PACKAGES) $(SPEECH_PACKAGES) $(TEST_PACKAGES)
	@$(TIMED) "python" $(MAKE) --no-print-directory .venv/.tested
	@$(MAKE) --no-print-directory build TESTS=1
	@tools/run_tests.sh

soak:
	@tools/soak.sh "$(TARGET)"

format:
	clang-format-14 -i $$(git ls-files '*.h' '*.cpp')
	.venv/bin/ruff format python tests tools bench examples

clean:
	rm -rf build .venv build.log
