"""nbgrader's settings for the Russian exercises: this folder is a course of its own."""

c = get_config()  # noqa: F821 - nbgrader puts it here

c.CourseDirectory.course_id = "cjsim-ru"
c.ClearSolutions.code_stub = {"python": "# ваш код\n..."}
c.ExecutePreprocessor.timeout = 120  # seconds a cell
