/* SPDX-License-Identifier: Apache-2.0 */
/* \p{..}: ECMA-262's names of Unicode properties as PCRE2 takes them. */
#include "regex_parse.h"

#include "support/str.h"

struct category {
	const char *name; /* as Unicode's PropertyValueAliases call it */
	const char *pcre;
};

/* Short names are the same in both; these are the long ones and other aliases. */
static const struct category categories[] = {
	{ "Cased_Letter", "L&" }, { "LC", "L&" },
	{ "Close_Punctuation", "Pe" }, { "Connector_Punctuation", "Pc" },
	{ "Control", "Cc" }, { "cntrl", "Cc" }, { "Currency_Symbol", "Sc" },
	{ "Dash_Punctuation", "Pd" }, { "Decimal_Number", "Nd" }, { "digit", "Nd" },
	{ "Enclosing_Mark", "Me" }, { "Final_Punctuation", "Pf" }, { "Format", "Cf" },
	{ "Initial_Punctuation", "Pi" }, { "Letter", "L" }, { "Letter_Number", "Nl" },
	{ "Line_Separator", "Zl" }, { "Lowercase_Letter", "Ll" }, { "Mark", "M" },
	{ "Combining_Mark", "M" }, { "Math_Symbol", "Sm" }, { "Modifier_Letter", "Lm" },
	{ "Modifier_Symbol", "Sk" }, { "Nonspacing_Mark", "Mn" }, { "Number", "N" },
	{ "Open_Punctuation", "Ps" }, { "Other", "C" }, { "Other_Letter", "Lo" },
	{ "Other_Number", "No" }, { "Other_Punctuation", "Po" }, { "Other_Symbol", "So" },
	{ "Paragraph_Separator", "Zp" }, { "Private_Use", "Co" }, { "Punctuation", "P" },
	{ "punct", "P" }, { "Separator", "Z" }, { "Space_Separator", "Zs" },
	{ "Spacing_Mark", "Mc" }, { "Surrogate", "Cs" }, { "Symbol", "S" },
	{ "Titlecase_Letter", "Lt" }, { "Unassigned", "Cn" }, { "Uppercase_Letter", "Lu" },
};

/* "" for what PCRE2 calls the same. */
struct prefix {
	const char *name;
	const char *pcre;
};

static const struct prefix prefixes[] = {
	{ "General_Category=", "" }, { "gc=", "" },
	{ "Script=", "sc:" }, { "sc=", "sc:" },
	{ "Script_Extensions=", "scx:" }, { "scx=", "scx:" },
};

static bool is_name(struct scute_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!regex_is_word((unsigned char)text.data[i])) {
			return false;
		}
	}
	return text.len > 0;
}

static struct scute_str category_name(struct scute_str name)
{
	for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++) {
		if (str_eq_z(name, categories[i].name)) {
			return str_z(categories[i].pcre);
		}
	}
	return name;
}

bool regex_property(struct scute_str text, struct buf *out)
{
	const char *pcre = NULL;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		struct scute_str name = str_z(prefixes[i].name);
		if (str_starts(text, name)) {
			pcre = prefixes[i].pcre;
			text.data += name.len;
			text.len -= name.len;
			break;
		}
	}
	if (!is_name(text)) {
		return false;
	}
	if (out) {
		buf_append_z(out, pcre ? pcre : "");
		buf_append_str(out, pcre && *pcre != '\0' ? text : category_name(text));
	}
	return true;
}
