.DEFAULT_GOAL := help
.PHONY: help
help: ## print the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile
