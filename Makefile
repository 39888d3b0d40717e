# The table of contents of the scripts: each target sets up what it needs, once, and says what it does.

TOOLS := $(or $(PORTCULLIS_TOOLS),.tools)
NODE := node_modules/.portcullis-lock
RUST := Cargo.toml Cargo.lock $(shell find src -name '*.rs')
PACKAGE := $(shell find pkg/src pkg/build -type f ! -path 'pkg/src/glue/*' ! -name '*.test.ts' 2>/dev/null) \
  pkg/package.json pkg/tsconfig.json pkg/tsconfig.build.json tsconfig.base.json README.md LICENSE
PAGE := $(shell find www examples -type f ! -path '*/node_modules/*' ! -path 'www/dist/*' ! -path 'www/public/generated/*' ! -name '*.test.ts')

.PHONY: help demo www test build lint format bench fuzz clean always
.DEFAULT_GOAL := help
# A build that failed is not taken for one that is done.
.DELETE_ON_ERROR:

help: ## Lists the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: build www/dist/index.html ## Shows the engine at work, then serves it with the playground; with ONCE=1 it ends by itself
	@scripts/demo

www: build www/dist/index.html ## Builds and serves the playground
	@scripts/www

test: build www/dist/index.html ## Runs every test: Rust, WebAssembly, the package
	@scripts/test

build: pkg/dist/portcullis.wasm ## Builds the WebAssembly binary and the npm package

lint: build ## Checks format, style, types, layers, licences and the package
	@scripts/lint/all

format: $(NODE) ## Formats all code
	@scripts/format

bench: build www/dist/index.html ## Runs the benchmarks; with QUICK=1 only checks that all contestants decide alike
	@scripts/bench $(if $(QUICK),--quick)

fuzz: build ## Fuzzes the crate, then compares all engines on a million random pairs
	@scripts/fuzz

clean: ## Removes what was built, not the tools
	@rm -rf target pkg/dist pkg/src/glue pkg/README.md pkg/LICENSE www/dist www/public/generated

$(NODE): package.json package-lock.json pkg/package.json www/package.json scripts/setup/node
	@scripts/setup/node

# Asked each time, since it depends on the machine and the environment; written only when it changes.
$(TOOLS)/wasm.env: always
	@scripts/setup/wasm-target

$(TOOLS)/wasm-bindgen.stamp: Cargo.lock scripts/setup/wasm-bindgen
	@scripts/setup/wasm-bindgen
	@touch $@

pkg/src/glue/portcullis.wasm: $(RUST) scripts/build/wasm tests/size.json $(TOOLS)/wasm.env $(TOOLS)/wasm-bindgen.stamp $(NODE)
	@scripts/build/wasm

pkg/dist/portcullis.wasm: pkg/src/glue/portcullis.wasm $(PACKAGE) scripts/build/package
	@scripts/build/package

www/dist/index.html: pkg/dist/portcullis.wasm $(PAGE) scripts/build/www
	@scripts/build/www
