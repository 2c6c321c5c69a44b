// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the processor says about itself: its name, the hypervisor's, and which
 * instructions it has. It may lie; the probes do not ask.
 */
#include <cpuid.h>
#include <string.h>
#include "sense.h"

enum reg { EAX, EBX, ECX, EDX };

static const struct feature {
	const char *name;
	unsigned int leaf;
	unsigned int subleaf;
	enum reg reg;
	unsigned int bit;
} features[] = {
	{ "monitor", 1, 0, ECX, 3 },
	{ "vmx", 1, 0, ECX, 5 },
	{ "smx", 1, 0, ECX, 6 },
	{ "osxsave", 1, 0, ECX, 27 },
	{ "fsgsbase", 7, 0, EBX, 0 },
	{ "sgx", 7, 0, EBX, 2 },
	{ "invpcid", 7, 0, EBX, 10 },
	{ "smap", 7, 0, EBX, 20 },
	{ "ospke", 7, 0, ECX, 4 },
	{ "waitpkg", 7, 0, ECX, 5 },
	{ "rdpid", 7, 0, ECX, 22 },
	{ "pconfig", 7, 0, EDX, 18 },
	{ "xgetbv1", 0xd, 1, EAX, 2 },
	{ "xsaves", 0xd, 1, EAX, 3 },
	{ "svm", 0x80000001, 0, ECX, 2 },
	{ "skinit", 0x80000001, 0, ECX, 12 },
	{ "rdtscp", 0x80000001, 0, EDX, 27 },
	{ "rdpru", 0x80000008, 0, EBX, 4 },
	{ "wbnoinvd", 0x80000008, 0, EBX, 9 },
};

static const struct feature *find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		if (!strcmp(features[i].name, name))
			return &features[i];
	return NULL;
}

bool sense_feature_known(const char *name)
{
	return !name || find(name);
}

bool sense_has_feature(const char *name)
{
	const struct feature *f;
	unsigned int reg[4];

	if (!name)
		return true;
	f = find(name);
	return f && __get_cpuid_count(f->leaf, f->subleaf, &reg[EAX], &reg[EBX],
				      &reg[ECX], &reg[EDX]) &&
	       reg[f->reg] >> f->bit & 1;
}

/* Names are filled up with blanks. */
static void trim(char *name)
{
	size_t len = strlen(name);

	while (len && name[len - 1] == ' ')
		name[--len] = '\0';
}

static void cpu_name(char *name, size_t len)
{
	unsigned int reg[12] = { 0 }, i;
	const char *start;
	char brand[49];

	for (i = 0; i < 3; i++)
		__get_cpuid(0x80000002 + i, &reg[4 * i], &reg[4 * i + 1],
			    &reg[4 * i + 2], &reg[4 * i + 3]);
	memcpy(brand, reg, 48);
	brand[48] = '\0';
	start = brand + strspn(brand, " ");
	memset(name, 0, len);
	memcpy(name, start, strlen(start));
	trim(name);
}

void sense_machine(struct sense_machine *machine)
{
	unsigned int eax, ebx, ecx, edx, name[3];

	memset(machine, 0, sizeof(*machine));
	cpu_name(machine->cpu, sizeof(machine->cpu));
	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx >> 31))
		return;
	__cpuid(0x40000000, eax, name[0], name[1], name[2]);
	memcpy(machine->hypervisor, name, sizeof(name));
	trim(machine->hypervisor);
}
