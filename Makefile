# SPDX-License-Identifier: Apache-2.0
# make         build the CLI (build/bin/tinyml), the libraries and the Python package (.venv)
# make demo    keyword spotting from synthetic speech, or from TINYML_DATA, to a program on an emulated board;
#              TASK=anomaly: a machine's anomalies, in Python
# make test    everything that can be checked on this machine
# make lint    only the format of the sources; make format mends it
# make soak TARGET=fuzz|folds|images|differential   the long checks

BUILD_PACKAGES = cmake ninja-build g++ pkg-config ccache libhwy-dev libsoxr-dev libsndfile1-dev \
  libfmt-dev nlohmann-json3-dev libcli11-dev libtomlplusplus-dev libflatbuffers-dev flatbuffers-compiler \
  libprotobuf-dev protobuf-compiler zlib1g-dev libminizip-dev libhdf5-dev libeigen3-dev libjpeg-dev libpng-dev
PYTHON_PACKAGES = python3-dev python3-venv
BOARD_PACKAGES = gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm
ESP32_PACKAGES = gcc-xtensa-lx106 picolibc-xtensa-lx106-elf qemu-system-misc
SPEECH_PACKAGES = espeak-ng
TEST_PACKAGES = libgtest-dev libgmock-dev librapidcheck-dev arduino-builder arduino-ctags unzip clang clang-format-14 $(FUZZ_RUNTIME)
FUZZ_RUNTIME = libclang-rt-$(shell . /etc/os-release; [ "$$VERSION_ID" = 24.04 ] && echo 18 || echo 14)-dev

PYTHON_SOURCES = python tests tools bench examples

JOBS ?= $(shell nproc)
PYTHON ?= python3
TIMED = tools/timed.sh

.PHONY: all build configure packages demo demo-keywords demo-anomaly test soak clean format lint

all: build

packages:
	@tools/install_packages.sh build $(BUILD_PACKAGES) $(PYTHON_PACKAGES)

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
	@cmake --preset release -DTINYML_PYTHON=ON -DPython_EXECUTABLE=$(CURDIR)/.venv/bin/python -DTINYML_TESTS=$(if $(TESTS),ON,OFF) $(CMAKE_FLAGS) >build.log 2>&1 || { tail -n 30 build.log; exit 1; }

build: configure
	@$(TIMED) "build" tools/build.sh build $(JOBS)

demo: demo-$(if $(TASK),$(TASK),keywords)

demo-keywords:
	@$(TIMED) "packages" tools/install_packages.sh "run the demo" $(BUILD_PACKAGES) $(BOARD_PACKAGES) python3-minimal $(if $(TINYML_DATA),,$(SPEECH_PACKAGES))
	@cmake --preset release -DTINYML_PYTHON=OFF -DTINYML_TESTS=OFF $(CMAKE_FLAGS) >build.log 2>&1 || { tail -n 30 build.log; exit 1; }
	@$(TIMED) "build" tools/build.sh build $(JOBS) tinyml_cli
	@$(TIMED) "demo" tools/demo.sh

demo-anomaly:
	@$(TIMED) "packages" tools/install_packages.sh "run the demo" $(BUILD_PACKAGES) $(PYTHON_PACKAGES) $(BOARD_PACKAGES)
	@$(MAKE) --no-print-directory build
	@TASK=anomaly $(TIMED) "demo" tools/demo.sh

test:
	@$(TIMED) "packages" tools/install_packages.sh test $(BUILD_PACKAGES) $(PYTHON_PACKAGES) $(BOARD_PACKAGES) $(ESP32_PACKAGES) $(SPEECH_PACKAGES) $(TEST_PACKAGES)
	@$(TIMED) "python" $(MAKE) --no-print-directory .venv/.tested
	@$(MAKE) --no-print-directory build TESTS=1
	@tools/run_tests.sh

soak:
	@tools/soak.sh "$(TARGET)"

lint: .venv/.tested
	@clang-format-14 --dry-run -Werror $$(git ls-files '*.h' '*.cpp')
	@.venv/bin/ruff check -q $(PYTHON_SOURCES)
	@.venv/bin/ruff format -q --check $(PYTHON_SOURCES)

format: .venv/.tested
	clang-format-14 -i $$(git ls-files '*.h' '*.cpp')
	.venv/bin/ruff format -q $(PYTHON_SOURCES)

clean:
	rm -rf build .venv build.log
