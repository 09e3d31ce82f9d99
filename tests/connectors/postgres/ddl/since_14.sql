CREATE TYPE spans AS RANGE (subtype = date, multirange_type_name = many_spans);
CREATE TABLE ranges (n int4multirange, days spans, all_days many_spans, each many_spans[]);
