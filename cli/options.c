// SPDX-License-Identifier: GPL-2.0
/*
 * Options: one table says what each is called, which commands take it and what
 * it sets. Nothing is abbreviated, nothing is ignored: what a command does not
 * take is an error of one line.
 */
#include <string.h>

#include "cli.h"

struct sy_option {
	const char *name;
	const char *arg; /* metavariable, or NULL */
	unsigned int flag; /* SY_O_* of the commands that take it */
	/* NULL: it is passed on to another program */
	struct sy_error *(*set)(struct sy_options *opt, const char *value);
	const char *help;
};

static struct sy_error *sy_set_model(struct sy_options *opt, const char *value)
{
	if (opt->has_model)
		return sy_error_make(SY_E_BAD_ARGUMENT, 0,
				     "--model %s: a model is given already; "
				     "give one --model or --preset",
				     value);
	opt->has_model = true;
	return sy_model_parse(value, &opt->leave, &opt->sw);
}

static struct sy_error *sy_set_preset(struct sy_options *opt, const char *value)
{
	const struct sy_preset *preset;
	struct sy_error *err;

	if (opt->has_model)
		return sy_error_make(SY_E_BAD_ARGUMENT, 0,
				     "--preset %s: a model is given already; "
				     "give one --model or --preset",
				     value);
	err = sy_preset_find(value, &preset);
	if (err)
		return err;
	opt->has_model = true;
	opt->preset = value;
	opt->leave = preset->leave;
	opt->sw = preset->sw;
	if (!opt->has_detector)
		opt->detector = preset->detector;
	opt->tries = preset->tries;
	opt->retry_ms = preset->retry_ms;
	opt->no_herd |= preset->no_herd;
	return NULL;
}

static struct sy_error *sy_set_detector(struct sy_options *opt,
					const char *value)
{
	if (opt->has_detector)
		return sy_error_make(SY_E_BAD_ARGUMENT, 0,
				     "--detector %s: a detector is given "
				     "already; give one",
				     value);
	opt->has_detector = true;
	return sy_detector_parse(value, &opt->detector);
}

static struct sy_error *sy_set_deadline(struct sy_options *opt,
					const char *value)
{
	return sy_seconds_parse(value, &opt->deadline_ms);
}

/* What the names stand for is the engine's to say; it knows the patch. */
static struct sy_error *sy_set_order(struct sy_options *opt, const char *value)
{
	if (opt->order)
		return sy_error_make(SY_E_BAD_ARGUMENT, 0,
				     "--order %s: an order is given already; "
				     "give one --order",
				     value);
	if (!value[0] || strlen(value) >= SY_ORDER_LEN)
		return sy_error_make(SY_E_BAD_ARGUMENT, 0,
				     "--order: is empty or too long; name each "
				     "function of the patch once, separated "
				     "by commas");
	opt->order = value;
	return NULL;
}

static struct sy_error *sy_set_relaxed(struct sy_options *opt,
				       const char *value)
{
	(void)value;
	opt->relaxed = true;
	return NULL;
}

static struct sy_error *sy_set_no_herd(struct sy_options *opt,
				       const char *value)
{
	(void)value;
	opt->no_herd = true;
	return NULL;
}

static struct sy_error *sy_set_wait(struct sy_options *opt, const char *value)
{
	(void)value;
	opt->no_wait = false;
	return NULL;
}

static struct sy_error *sy_set_no_wait(struct sy_options *opt,
				       const char *value)
{
	(void)value;
	opt->no_wait = true;
	return NULL;
}

static struct sy_error *sy_set_force(struct sy_options *opt, const char *value)
{
	(void)value;
	opt->force = true;
	return NULL;
}

static struct sy_error *sy_set_json(struct sy_options *opt, const char *value)
{
	(void)value;
	opt->json = true;
	return NULL;
}

static struct sy_error *sy_set_until(struct sy_options *opt, const char *value)
{
	(void)value;
	opt->until_settled = true;
	return NULL;
}

static const struct sy_option sy_option_table[] = {
	{ "--model", "LEAVE/SWITCH", SY_O_MODEL, sy_set_model,
	  "the model, e.g. patched_set/thread" },
	{ "--preset", "PRESET", SY_O_MODEL, sy_set_preset,
	  "a model by name; without any: hybrid" },
	{ "--relaxed", NULL, SY_O_MODEL, sy_set_relaxed,
	  "with kernel/*: excuse tasks by their stacks" },
	{ "--order", "F,G,...", SY_O_ORDER, sy_set_order,
	  "with */function: the order in which functions switch" },
	{ "--no-herd", NULL, SY_O_MODEL, sy_set_no_herd,
	  "with patched_set/kernel or /function: hold nobody" },
	{ "--detector", "DETECTOR", SY_O_MODEL, sy_set_detector,
	  "stack or count: how tasks are seen to leave" },
	{ "--deadline", "SECONDS", SY_O_DEADLINE, sy_set_deadline,
	  "when to turn back, e.g. 0.5; 0: the default" },
	{ "--wait", NULL, SY_O_WAIT, sy_set_wait,
	  "wait for the end (the default)" },
	{ "--no-wait", NULL, SY_O_WAIT, sy_set_no_wait,
	  "return once it is started" },
	{ "--force", NULL, SY_O_FORCE, sy_set_force,
	  "against the patch's requirement; taints" },
	{ "--until-settled", NULL, SY_O_UNTIL, sy_set_until,
	  "stop at the end of the transition" },
	{ "--source", "PATH", SY_O_ADD, NULL,
	  "a source tree or linux-source package" },
	{ "--debs", "DIR", SY_O_ADD, NULL, "look there for packages first" },
	{ "--kernel", "RELEASE", SY_O_BUILD, NULL,
	  "for this kernel, not the running one" },
	{ "-o", "OUT.ko", SY_O_BUILD, NULL, "write there, not to ./FIX.ko" },
	{ "-p", "N", SY_O_BUILD, NULL, "strip N parts of names; default 1" },
	{ "--forbid", "M", SY_O_BUILD, NULL,
	  "forbid m1, m2, m3 or m4 as well" },
	{ "--unsafe-allow", "M", SY_O_BUILD, NULL,
	  "allow what the analysis forbids" },
	{ "--keep", "DIR", SY_O_BUILD, NULL,
	  "keep what the stages made there" },
	{ "--from", "STAGE", SY_O_BUILD, NULL,
	  "begin with this stage on what --keep kept" },
	{ "--diff", NULL, SY_O_INSPECT, NULL, "old and new code side by side" },
	{ "--json", NULL, SY_O_JSON, sy_set_json, "print JSON" },
};

#define SY_OPTIONS (sizeof(sy_option_table) / sizeof(sy_option_table[0]))

/* The option that @word (--name, --name=VALUE, -n, -nVALUE) names. */
static const struct sy_option *sy_option_find(const char *word,
					      const char **value)
{
	bool one_letter = word[1] != '-';
	size_t i, len = one_letter ? 2 : strcspn(word, "=");

	*value = !word[len] ? NULL : word + len + !one_letter;
	for (i = 0; i < SY_OPTIONS; i++)
		if (strlen(sy_option_table[i].name) == len &&
		    !strncmp(sy_option_table[i].name, word, len))
			return &sy_option_table[i];
	return NULL;
}

static enum sy_exit sy_option_pass(struct sy_options *opt, const char *name,
				   const char *value)
{
	char **word = &opt->passed[opt->npassed];

	if (opt->npassed == SY_PASSED_MAX)
		return sy_usage("%s: more than %d options; leave some out",
				name, SY_PASSED_MAX);
	if (asprintf(word, "%s%s%s", name, value && name[1] == '-' ? "=" : "",
		     value ? value : "") < 0)
		return sy_usage("%s: no memory is left; free some", name);
	opt->npassed++;
	return SY_EXIT_OK;
}

static enum sy_exit sy_option_take(const struct sy_command *cmd, char **argv,
				   int *i, struct sy_options *ret)
{
	sy_error_auto struct sy_error *err = NULL;
	const char *word = argv[*i], *value;
	const struct sy_option *o = sy_option_find(word, &value);

	if (!o)
		return sy_usage("%s: no such option; see 'switchyard help %s'",
				word, cmd->name);
	if (!(cmd->flags & o->flag))
		return sy_usage("%s: not an option of %s; see 'switchyard help "
				"%s'",
				word, cmd->name, cmd->name);
	if (!o->arg && value)
		return sy_usage("%s: %s takes no value; leave it out", word,
				o->name);
	if (o->arg && !value) {
		if (!argv[*i + 1])
			return sy_usage("%s: its %s is missing; see "
					"'switchyard help %s'",
					word, o->arg, cmd->name);
		value = argv[++*i];
	}
	if (!o->set)
		return sy_option_pass(ret, o->name, value);
	err = o->set(ret, value);
	return err ? sy_fail(err) : SY_EXIT_OK;
}

static enum sy_exit sy_options_check(const struct sy_command *cmd,
				     const struct sy_options *opt)
{
	if (cmd->operand[0] && cmd->operand[0] != '[' && !opt->operand)
		return sy_usage("%s: its %s is missing; see 'switchyard help "
				"%s'",
				cmd->name, cmd->operand, cmd->name);
	if (opt->relaxed && !opt->has_model)
		return sy_usage("--relaxed: needs a model that leaves the "
				"kernel; add --preset kgraft");
	if (opt->relaxed && opt->leave != SY_ABI_LEAVE_KERNEL)
		return sy_usage("--relaxed: only a model that leaves the kernel"
				" can be relaxed; use --preset kgraft");
	if (opt->no_herd && opt->has_model &&
	    opt->leave == SY_ABI_LEAVE_KERNEL &&
	    opt->sw != SY_ABI_SWITCH_THREAD)
		return sy_usage(
			"--no-herd: a model that needs everyone outside "
			"the kernel at once has to hold; use another "
			"model or leave it out");
	return SY_EXIT_OK;
}

enum sy_exit sy_options_parse(const struct sy_command *cmd, int argc,
			      char **argv, struct sy_options *ret)
{
	bool only_operands = false;
	enum sy_exit code;
	int i;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < argc; i++) {
		if (!only_operands && !strcmp(argv[i], "--")) {
			only_operands = true;
			continue;
		}
		if (!only_operands && argv[i][0] == '-' && argv[i][1]) {
			code = sy_option_take(cmd, argv, &i, ret);
			if (code != SY_EXIT_OK)
				return code;
			continue;
		}
		if (!cmd->operand[0])
			return sy_usage("%s: %s takes no operand; see "
					"'switchyard help %s'",
					argv[i], cmd->name, cmd->name);
		if (ret->operand && !cmd->several)
			return sy_usage("%s: %s takes one operand; see "
					"'switchyard help %s'",
					argv[i], cmd->name, cmd->name);
		if (ret->noperands == SY_OPERANDS_MAX)
			return sy_usage("%s: more than %d operands; give fewer",
					cmd->name, SY_OPERANDS_MAX);
		if (!argv[i][0])
			return sy_usage("%s: its %s is empty; see 'switchyard "
					"help %s'",
					cmd->name, cmd->operand, cmd->name);
		if (!ret->operand)
			ret->operand = argv[i];
		ret->operands[ret->noperands++] = argv[i];
	}
	return sy_options_check(cmd, ret);
}

void sy_options_help(const struct sy_command *cmd, FILE *out)
{
	char left[48];
	size_t i;

	for (i = 0; i < SY_OPTIONS; i++) {
		const struct sy_option *o = &sy_option_table[i];

		if (!(cmd->flags & o->flag))
			continue;
		snprintf(left, sizeof(left), "%s%s%s", o->name,
			 o->arg ? " " : "", o->arg ? o->arg : "");
		fprintf(out, "  %-22s  %s\n", left, o->help);
	}
}

void sy_options_request(const struct sy_options *opt, const char *patch,
			bool default_model, struct sy_request *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->patch = patch;
	ret->has_model = opt->has_model || default_model;
	ret->leave = opt->has_model ? opt->leave : SY_ABI_LEAVE_PATCHED_SET;
	ret->sw = opt->has_model ? opt->sw : SY_ABI_SWITCH_THREAD;
	ret->detector = opt->detector;
	ret->tries = opt->tries;
	ret->retry_ms = opt->retry_ms;
	ret->deadline_ms = opt->deadline_ms;
	ret->order = opt->order;
	ret->flags = (opt->force ? SY_F_FORCE : 0) |
		     (opt->relaxed ? SY_F_RELAXED : 0) |
		     (opt->no_herd ? SY_F_NO_HERD : 0);
}
