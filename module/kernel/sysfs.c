// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/switchyard: state, one value per file, all of it read-only. What
 * each file means is in <switchyard/abi.h>. Process context; sy_patches_lock
 * covers what is shown of a patch.
 */
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "inject.h"
#include "live.h"
#include "model.h"
#include "transition.h"

struct kset *sy_patches_kset;
static struct kobject *sy_root;

static ssize_t version_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%s\n", SY_VERSION);
}

static ssize_t models_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	char name[SY_MODEL_LEN];
	int i, n = 0;

	for (i = 0; i < 9; i++) {
		struct sy_model model = { .leave = i / 3, .sw = i % 3 };

		if (sy_model_served(&model))
			n += sysfs_emit_at(buf, n, "%s\n",
					   sy_model_name(&model, name));
		model.relaxed = 1;
		if (sy_model_served(&model))
			n += sysfs_emit_at(buf, n, "%s\n",
					   sy_model_name(&model, name));
	}
	return n;
}

static void sy_copy_name(struct sy_transition *tr, void *data)
{
	strscpy(data, sy_live_name(tr->patch), SY_NAME_LEN);
}

static ssize_t transition_show(struct kobject *kobj,
			       struct kobj_attribute *attr, char *buf)
{
	char name[SY_NAME_LEN] = "";

	sy_transition_peek(sy_copy_name, name);
	return sysfs_emit(buf, "%s\n", name);
}

static ssize_t refusal_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	char line[SY_MESSAGE_LEN];

	sy_refusal_copy(line);
	return sysfs_emit(buf, "%s\n", line);
}

static ssize_t verdict_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	char line[SY_MESSAGE_LEN];

	return sysfs_emit(buf, "%u\n", sy_refusal_copy(line));
}

#define SY_RO(_name) \
	static struct kobj_attribute sy_attr_##_name = __ATTR_RO(_name)

SY_RO(version);
SY_RO(models);
SY_RO(transition);
SY_RO(refusal);
SY_RO(verdict);

static const struct attribute *const sy_root_attrs[] = {
	&sy_attr_version.attr, &sy_attr_models.attr,  &sy_attr_transition.attr,
	&sy_attr_refusal.attr, &sy_attr_verdict.attr, NULL,
};

/* ---- a patch ------------------------------------------------------------ */

/* A file of a patch: its value is printed under sy_patches_lock. */
struct sy_live_attr {
	struct attribute attr;
	int (*emit)(const struct sy_live *live, char *buf);
};

static int sy_emit_state(const struct sy_live *live, char *buf)
{
	static const char *const names[] = {
		[SY_ST_DISABLED] = "disabled",
		[SY_ST_PREPARING] = "preparing",
		[SY_ST_PATCHING] = "patching",
		[SY_ST_ENABLED] = "enabled",
		[SY_ST_UNPATCHING] = "unpatching",
		[SY_ST_RETIRING] = "retiring",
	};

	return sysfs_emit(buf, "%s\n", names[live->state]);
}

static int sy_emit_model(const struct sy_live *live, char *buf)
{
	char name[SY_MODEL_LEN];

	return sysfs_emit(buf, "%s\n", sy_model_name(&live->model, name));
}

static int sy_emit_detector(const struct sy_live *live, char *buf)
{
	return sysfs_emit(buf, "%s\n", sy_detector_name(live->detector));
}

static int sy_emit_requirement(const struct sy_live *live, char *buf)
{
	char name[SY_OBSERVATIONS_LEN];

	return sysfs_emit(buf, "%s\n",
			  sy_observations_name(live->decl->forbid, name));
}

static int sy_emit_functions(const struct sy_live *live, char *buf)
{
	return sysfs_emit(buf, "%u\n", live->decl->nfuncs);
}

/* An empty line while no functions switch one after another. */
static int sy_emit_turn(const struct sy_live *live, char *buf)
{
	return sysfs_emit(buf, "%s\n", sy_live_turn(live) ?: "");
}

static int sy_emit_switched(const struct sy_live *live, char *buf)
{
	if (!live->figures.ordered)
		return sysfs_emit(buf, "\n");
	return sysfs_emit(buf, "%u/%u\n", live->figures.switched,
			  live->decl->nfuncs);
}

static int sy_emit_by_handler(const struct sy_live *live, char *buf)
{
	int n = 0;
	u32 i;

	for_each_set_bit(i, live->handled, SY_FUNCS_MAX)
		n += sysfs_emit_at(buf, n, "%s\n",
				   live->decl->funcs[i].old_name);
	return n;
}

static int sy_emit_pending(const struct sy_live *live, char *buf)
{
	char names[SY_MESSAGE_LEN];

	sy_live_pending(live, names, sizeof(names));
	return sysfs_emit(buf, "%s\n", names);
}

static int sy_emit_forced(const struct sy_live *live, char *buf)
{
	return sysfs_emit(buf, "%u\n", live->forced);
}

static int sy_emit_unloadable(const struct sy_live *live, char *buf)
{
	return sysfs_emit(buf, "%u\n", sy_live_unloadable(live));
}

static int sy_emit_progress(const struct sy_live *live, char *buf)
{
	const struct sy_figures *f = &live->figures;

	return sysfs_emit(buf, "%u/%u\n",
			  f->tasks - min(f->remaining, f->tasks), f->tasks);
}

static int sy_emit_blockers(const struct sy_live *live, char *buf)
{
	return sysfs_emit(buf, "%u\n", live->figures.blockers);
}

static int sy_emit_last_pause_ns(const struct sy_live *live, char *buf)
{
	return sysfs_emit(buf, "%llu\n", live->figures.pause_ns);
}

static int sy_emit_last_result(const struct sy_live *live, char *buf)
{
	static const char *const names[] = {
		[SY_R_NONE] = "none",	      [SY_R_SETTLED] = "settled",
		[SY_R_REVERTED] = "reverted", [SY_R_GAVE_UP] = "gave_up",
		[SY_R_FAILED] = "failed",
	};

	return sysfs_emit(buf, "%s\n", names[live->figures.result]);
}

#define SY_LIVE_ATTR(_name)                                 \
	static struct sy_live_attr sy_live_attr_##_name = { \
		.attr = { .name = #_name, .mode = 0444 },   \
		.emit = sy_emit_##_name,                    \
	}

SY_LIVE_ATTR(state);
SY_LIVE_ATTR(model);
SY_LIVE_ATTR(detector);
SY_LIVE_ATTR(requirement);
SY_LIVE_ATTR(functions);
SY_LIVE_ATTR(turn);
SY_LIVE_ATTR(switched);
SY_LIVE_ATTR(by_handler);
SY_LIVE_ATTR(pending);
SY_LIVE_ATTR(forced);
SY_LIVE_ATTR(unloadable);
SY_LIVE_ATTR(progress);
SY_LIVE_ATTR(blockers);
SY_LIVE_ATTR(last_pause_ns);
SY_LIVE_ATTR(last_result);

static struct attribute *sy_live_attrs[] = {
	&sy_live_attr_state.attr,	&sy_live_attr_model.attr,
	&sy_live_attr_detector.attr,	&sy_live_attr_requirement.attr,
	&sy_live_attr_functions.attr,	&sy_live_attr_turn.attr,
	&sy_live_attr_switched.attr,	&sy_live_attr_by_handler.attr,
	&sy_live_attr_pending.attr,	&sy_live_attr_forced.attr,
	&sy_live_attr_unloadable.attr,	&sy_live_attr_progress.attr,
	&sy_live_attr_blockers.attr,	&sy_live_attr_last_pause_ns.attr,
	&sy_live_attr_last_result.attr, NULL,
};
ATTRIBUTE_GROUPS(sy_live);

static ssize_t sy_live_show(struct kobject *kobj, struct attribute *attr,
			    char *buf)
{
	struct sy_live *live = container_of(kobj, struct sy_live, kobj);
	ssize_t n;

	mutex_lock(&sy_patches_lock);
	/* Off the list, its descriptor may be gone. */
	n = list_empty(&live->node) ?
		    -ENODEV :
		    container_of(attr, struct sy_live_attr, attr)
			    ->emit(live, buf);
	mutex_unlock(&sy_patches_lock);
	return n;
}

static const struct sysfs_ops sy_live_ops = { .show = sy_live_show };

static void sy_live_free(struct kobject *kobj)
{
	struct sy_live *live = container_of(kobj, struct sy_live, kobj);

	sy_bound_destroy(live->bound);
	kvfree(live);
}

struct kobj_type sy_live_ktype = {
	.release = sy_live_free,
	.sysfs_ops = &sy_live_ops,
	.default_groups = sy_live_groups,
};

int sy_sysfs_init(void)
{
	int err = -ENOMEM;

	sy_root = sy_fault(SY_FAULT_SYSFS) ?
			  NULL :
			  kobject_create_and_add("switchyard", kernel_kobj);
	if (!sy_root)
		return err;
	err = sysfs_create_files(sy_root, sy_root_attrs);
	if (err)
		goto err_root;
	sy_patches_kset = kset_create_and_add("patches", NULL, sy_root);
	if (sy_patches_kset)
		return 0;
	err = -ENOMEM;
err_root:
	kobject_put(sy_root);
	return err;
}

void sy_sysfs_deinit(void)
{
	kset_unregister(sy_patches_kset);
	kobject_put(sy_root);
}
