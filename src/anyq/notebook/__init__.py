"""q in notebooks: ``%load_ext anyq``, then ``%q`` lines and ``%%q`` cells. The page is `anyq.guide.notebooks`.

    %load_ext anyq
    %q_connect rdb=localhost:5010 hdb=localhost:5012     connections by name, which are Python variables too
    %q 1+1                             asks the last one named; `x = %q @hdb til 10` another one, and keeps the answer
    %%q @rdb -i prices -o result       a script, a statement a line; sends a Python variable, fetches a q variable

Without a connection a q of the notebook's own answers. Answers print as q prints them, tables as HTML. The name of a
column or a function in braces stays q: IPython's own ``$name`` and ``{name}`` are not filled in. An error of q is shown
as q shows it, and ends a run of all cells. Interrupting the kernel abandons the call and keeps the connection.
"""

from anyq.notebook._connection import NotebookConnection, connect
from anyq.notebook._magics import load_ipython_extension, unload_ipython_extension

__all__ = ["NotebookConnection", "connect", "load_ipython_extension", "unload_ipython_extension"]
