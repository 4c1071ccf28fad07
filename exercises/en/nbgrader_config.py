"""nbgrader's settings for the English exercises: this folder is a course of its own."""

c = get_config()  # noqa: F821 - nbgrader puts it here

c.CourseDirectory.course_id = "cjsim-en"
c.ClearSolutions.code_stub = {"python": "# your code here\n..."}
c.ExecutePreprocessor.timeout = 120  # seconds a cell
