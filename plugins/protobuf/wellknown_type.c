/* SPDX-License-Identifier: Apache-2.0 */
/* google/type/, as googleapis has it. */
#include "wellknown_table.h"

/* What they have in common. */
#define GOOGLE_TYPE \
	.package = "google.type", .proto3 = true, .java_package = "com.google.type", \
	.java_multiple_files = true, .objc_class_prefix = "GTP"

static const struct pb_builtin files[] = {
	{
		GOOGLE_TYPE,
		.path = "google/type/calendar_period.proto",
		.java_outer_classname = "CalendarPeriodProto",
		.go_package =
			"google.golang.org/genproto/googleapis/type/calendarperiod;calendarperiod",
		.body =
			" enum CalendarPeriod { CALENDAR_PERIOD_UNSPECIFIED; DAY; WEEK;"
			"   FORTNIGHT; MONTH; QUARTER; HALF; YEAR }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/color.proto",
		.imports = "google/protobuf/wrappers.proto",
		.java_outer_classname = "ColorProto",
		.go_package = "google.golang.org/genproto/googleapis/type/color;color",
		.body =
			" Color {"
			"  float red; float green; float blue; protobuf.FloatValue alpha;"
			" }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/date.proto",
		.java_outer_classname = "DateProto",
		.go_package = "google.golang.org/genproto/googleapis/type/date;date",
		.body =
			" Date { int32 year; int32 month; int32 day }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/datetime.proto",
		.imports = "google/protobuf/duration.proto",
		.java_outer_classname = "DateTimeProto",
		.go_package = "google.golang.org/genproto/googleapis/type/datetime;datetime",
		.body =
			" DateTime {"
			"  int32 year; int32 month; int32 day; int32 hours; int32 minutes;"
			"  int32 seconds; int32 nanos;"
			"  oneof time_offset { protobuf.Duration utc_offset; TimeZone time_zone"
			"    };"
			" }"
			" TimeZone { string id; string version }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/dayofweek.proto",
		.java_outer_classname = "DayOfWeekProto",
		.go_package = "google.golang.org/genproto/googleapis/type/dayofweek;dayofweek",
		.body =
			" enum DayOfWeek { DAY_OF_WEEK_UNSPECIFIED; MONDAY; TUESDAY; WEDNESDAY;"
			"   THURSDAY; FRIDAY; SATURDAY; SUNDAY }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/decimal.proto",
		.java_outer_classname = "DecimalProto",
		.go_package = "google.golang.org/genproto/googleapis/type/decimal;decimal",
		.body =
			" Decimal { string value }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/expr.proto",
		.java_outer_classname = "ExprProto",
		.go_package = "google.golang.org/genproto/googleapis/type/expr;expr",
		.body =
			" Expr {"
			"  string expression; string title; string description;"
			"  string location;"
			" }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/fraction.proto",
		.java_outer_classname = "FractionProto",
		.go_package = "google.golang.org/genproto/googleapis/type/fraction;fraction",
		.body =
			" Fraction { int64 numerator; int64 denominator }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/interval.proto",
		.imports = "google/protobuf/timestamp.proto",
		.java_outer_classname = "IntervalProto",
		.go_package = "google.golang.org/genproto/googleapis/type/interval;interval",
		.body =
			" Interval { protobuf.Timestamp start_time; protobuf.Timestamp end_time"
			"   }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/latlng.proto",
		.java_outer_classname = "LatLngProto",
		.go_package = "google.golang.org/genproto/googleapis/type/latlng;latlng",
		.body =
			" LatLng { double latitude; double longitude }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/localized_text.proto",
		.java_outer_classname = "LocalizedTextProto",
		.go_package =
			"google.golang.org/genproto/googleapis/type/localized_text;localized_text",
		.body =
			" LocalizedText { string text; string language_code }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/money.proto",
		.java_outer_classname = "MoneyProto",
		.go_package = "google.golang.org/genproto/googleapis/type/money;money",
		.body =
			" Money { string currency_code; int64 units; int32 nanos }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/month.proto",
		.java_outer_classname = "MonthProto",
		.go_package = "google.golang.org/genproto/googleapis/type/month;month",
		.body =
			" enum Month { MONTH_UNSPECIFIED; JANUARY; FEBRUARY; MARCH; APRIL; MAY;"
			"   JUNE; JULY; AUGUST; SEPTEMBER; OCTOBER; NOVEMBER; DECEMBER }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/phone_number.proto",
		.java_outer_classname = "PhoneNumberProto",
		.go_package =
			"google.golang.org/genproto/googleapis/type/phone_number;phone_number",
		.body =
			" PhoneNumber {"
			"  ShortCode { string region_code; string number }"
			"  oneof kind { string e164_number; ShortCode short_code };"
			"  string extension;"
			" }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/postal_address.proto",
		.java_outer_classname = "PostalAddressProto",
		.go_package =
			"google.golang.org/genproto/googleapis/type/postaladdress;postaladdress",
		.body =
			" PostalAddress {"
			"  int32 revision; string region_code; string language_code;"
			"  string postal_code; string sorting_code;"
			"  string administrative_area; string locality; string sublocality;"
			"  *string address_lines; *string recipients; string organization;"
			" }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/quaternion.proto",
		.java_outer_classname = "QuaternionProto",
		.go_package = "google.golang.org/genproto/googleapis/type/quaternion;quaternion",
		.body =
			" Quaternion { double x; double y; double z; double w }",
	},
	{
		GOOGLE_TYPE,
		.path = "google/type/timeofday.proto",
		.java_outer_classname = "TimeOfDayProto",
		.go_package = "google.golang.org/genproto/googleapis/type/timeofday;timeofday",
		.body =
			" TimeOfDay { int32 hours; int32 minutes; int32 seconds; int32 nanos }",
	},
};

const struct pb_builtin_table pb_builtin_type = { files, sizeof(files) / sizeof(files[0]) };
