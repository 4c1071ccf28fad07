"""What Sphinx is told; `build` gives the language by `-D language=`."""

from pathlib import Path

from cjsim.version import VERSION

HERE = Path(__file__).parent

project = "cjsim"
copyright = "the cjsim authors"
version = VERSION
extensions = ["myst_nb", "tools.site.mathml", "tools.site.around"]
html_math_renderer = "mathml"
html_theme = "furo"
html_title = "cjsim"
html_show_sphinx = False
html_copy_source = False
html_static_path = [str(HERE / "static")]
html_favicon = str(HERE / "static" / "icon.svg")
html_css_files = ["site.css", "tasks.css"]
html_js_files = ["site.js"]
templates_path = [str(HERE / "templates")]
nb_execution_mode = "off"  # what is stored is what the tests have compared
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
suppress_warnings = ["toc.not_included"]
