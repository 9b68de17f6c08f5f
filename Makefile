# make run     set up what is missing and serve the guide on http://127.0.0.1:5005
# make test    set up what is missing and run every test that needs nothing but Python
# make check   style, types, the arrows between rooms, docs, content, parity, safe messaging
# make prove   what needs more: browsers, servers, outside clients, Rasa's reference environment
# make figures seconds, memory and CPU of the whole process, measured now
.PHONY: run test check prove reference figures clean

SETUP := .venv/.run-ready
DEV := .venv/.dev-ready

run: $(SETUP)
	@.venv/bin/guide serve

test: $(DEV)
	@scripts/test

check: $(DEV)
	@scripts/check

prove: $(DEV)
	@scripts/prove

reference: $(DEV)
	@scripts/reference

$(SETUP): requirements/run.txt requirements/rasa.txt requirements/uv.txt pyproject.toml scripts/install
	@scripts/install run

$(DEV): $(SETUP) requirements/dev.txt
	@scripts/install dev

figures: $(DEV)
	@.venv/bin/python tests/bench/figures.py

clean:
	@rm -rf .venv var
