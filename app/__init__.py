"""The Streamlit cost explorer. It reads marts only."""
