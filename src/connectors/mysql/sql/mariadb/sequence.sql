-- The figures of one sequence, which is read like a table of one row. The program asks for all of
-- them in one statement, a select for each.
SELECT 0 AS place, start_value, increment, minimum_value, maximum_value, cycle_option, cache_size
FROM `sequence`
ORDER BY place
