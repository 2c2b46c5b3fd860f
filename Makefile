# The commands of a developer; each is one line of what it does.

mvn = . tools/jdk.sh; jdk=$$(find_jdk) && maven_on "$$jdk"

.PHONY: help build test unit format fuzz bench clean

help: ## show this
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 10

build: ## build the program, with its start-up cache
	@./imprimatur --version

test: ## install what the tests use, build the test disks, run everything
	@tools/install-test-tools
	@images/build-debian.sh > /dev/null || echo "Without the Debian disks their tests are skipped." >&2
	@find . -path '*/target/*-reports/TEST-*.xml' -delete
	@status=0; ( $(mvn) -T 2 -Dmaven.test.failure.ignore=true verify ) || status=$$?; tools/test-summary || status=1; exit $$status

unit: ## run the tests that need no server, no database and no disk
	@$(mvn) -T 2 test && tools/test-summary

format: ## put the sources into the one format
	@$(mvn) spotless:apply

fuzz: ## look for inputs that break a parser, SECONDS=60 for each target, or for TARGET=NameFuzz alone
	@$(mvn) -pl cli -am -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=FuzzIT -Dfailsafe.failIfNoSpecifiedTests=false \
		-Dspotless.check.skip=true -Dfuzz.seconds=$(or $(SECONDS),60) $(if $(TARGET),-Dfuzz.target=$(TARGET)) verify; cat cli/target/fuzz/*.txt

bench: ## measure, side by side with other tools; takes minutes
	@bench/run

clean: ## remove what was built
	@$(mvn) clean
