# Two commands matter: `make run` and `make test`. Each does all its own set-up (tools/bootstrap).

python := .venv/bin/python
# What twistd gets; --pidfile= because the foreground needs none and two folders may run at once.
twistd := .venv/bin/twistd --nodaemon --pidfile= --logfile=var/log/chatd.log

.DEFAULT_GOAL := help
.PHONY: help run test format lint types javascript bench generate durability conformance kills life great deb dist apt systemd proxies tls soak-short soak stock fresh bench-web pictures lock clean

help: ## this list
	@awk -F ' ## ' '/^[a-z-]+:.* ## / {sub(/:.*/, "", $$1); printf "  make %-11s %s\n", $$1, $$2}' \
	    Makefile
	@echo "ARGS=... goes to test, stock, bench, bench-web, durability, kills, life, great, conformance, fresh, pictures."

run: ## serve https://localhost:8443, data in var/ (PORT=9443)
	@tools/bootstrap run >/dev/null
	@.venv/bin/chatctl quickstart var $(if $(PORT),--port $(PORT))
	@exec $(twistd) chatd --config var/chatd.toml --quickstart

test: ## lint, types and all tests (ARGS="-k history -x")
	@without=$$(tools/bootstrap test) || exit 1; \
	.venv/bin/ruff check --quiet . && .venv/bin/ruff format --quiet --diff . && \
	$(python) -m mypy --no-error-summary && \
	CHATD_TESTS_WITHOUT="$$without" exec $(python) -m pytest --numprocesses 2 --dist loadfile $(ARGS)

format: ## put the code into the project's form
	@tools/bootstrap dev >/dev/null
	@.venv/bin/ruff check --fix --quiet . && .venv/bin/ruff format .

lint: ## look for mistakes and untidy form
	@tools/bootstrap dev >/dev/null
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .

types: ## check the types
	@tools/bootstrap dev >/dev/null
	@$(python) -m mypy

javascript: ## lint and types of the page's JavaScript (needs Node and npm)
	@tools/bootstrap javascript >/dev/null
	@$(python) -m tools.javascript

bench: ## measure speed and memory, beside other servers (40 min)
	@tools/bootstrap bench >/dev/null
	@$(python) -m bench $(ARGS)

bench-web: ## measure the page in a real Chromium, against its bounds (5 min)
	@tools/bootstrap dev >/dev/null
	@$(python) -m bench.web $(ARGS)

pictures: ## the page at five sizes, light and dark, into dist/pictures (5 min)
	@tools/bootstrap dev >/dev/null
	@$(python) -m tests.ui.pictures dist/pictures $(ARGS)

generate: ## schema, protocol page, JavaScript types: anew from the code
	@tools/bootstrap run >/dev/null
	@$(python) -m chatd.wire.export
	@$(python) -m chatd.admin.schema

durability: ## cut a virtual machine's power 20 times: is anything lost?
	@tools/bootstrap durability >/dev/null
	@$(python) -m tests.rigs.power_cut --rounds 20 $(ARGS)

kills: ## kill the daemon 200 times in mid-talk: is anything lost?
	@tools/bootstrap dev >/dev/null
	@$(python) -m tests.durability.kill --rounds 200 $(ARGS)

life: ## two weeks of a made-up team, judged by a model
	@tools/bootstrap dev >/dev/null
	@$(python) -m tests.life $(ARGS)

great: ## rooms of 10,000 people and 1,000,000 messages: within their bounds?
	@tools/bootstrap dev >/dev/null
	@$(python) -m tests.rigs.great_rooms $(ARGS)

conformance: ## run the Autobahn Testsuite on /ws (needs a Python 2.7)
	@tools/bootstrap dev >/dev/null
	@$(python) -m tests.conformance.run $(ARGS)

deb: ## the package for Debian 12, into dist/
	@tools/bootstrap deb >/dev/null
	@$(python) -m tools.deb

dist: ## wheel and sdist of this commit, the same bytes wherever they are built
	@tools/bootstrap dev >/dev/null
	@$(python) -m tools.dist

apt: ## a signed repository for apt with that package, into dist/apt (KEY=FINGERPRINT)
	@tools/bootstrap apt >/dev/null
	@$(python) -m tools.deb
	@$(python) -m tools.apt $(if $(KEY),--key $(KEY))

systemd: ## install that package on a machine with a real systemd, try it (needs root)
	@tools/bootstrap systemd >/dev/null
	@$(python) -m tests.rigs.installed

proxies: ## chatd behind Debian's nginx and HAProxy, with the files of conf/ (3 min)
	@tools/bootstrap dev >/dev/null
	@$(python) -m tests.rigs.proxies $(ARGS)

tls: ## TLS as sslyze and testssl.sh judge it (2 min)
	@tools/bootstrap tls >/dev/null
	@$(python) -m tests.rigs.tls_scan

soak-short: ## 20 minutes of steady load with a tab open: does anything grow?
	@tools/bootstrap dev >/dev/null
	@$(python) -m tests.rigs.soak --minutes 20 $(ARGS)

soak: ## the same for 8 hours, its curves into docs/figures; one that was cut short goes on
	@tools/bootstrap dev >/dev/null
	@$(python) -m tests.rigs.soak --minutes 480 --record var/soak.json --figure $(ARGS)

stock: ## all tests once more, every daemon on Twisted's own TLS
	@CHATD_TESTS_TLS=stock $(MAKE) --no-print-directory test

fresh: ## a stranger's first minute in a bare Debian 12 (needs root)
	@tools/bootstrap fresh >/dev/null
	@$(python) -m tests.rigs.fresh_machine $(ARGS)

lock: ## pin the newest dependencies pyproject.toml allows (needs uv)
	@tools/lock

clean: ## remove what was built; var/ (data, keys) and .venv stay
	@rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
	@find chatd tests tools bench twisted -name __pycache__ -prune -exec rm -rf {} +
